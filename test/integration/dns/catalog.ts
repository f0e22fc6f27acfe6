// A real state store filled with registrations as catalog requests spell them, and the default DNS settings.

import { CommandType } from '../../../src/wire/commands.js';
import type { DnsConfig } from '../../../src/wire/config.js';
import { Leadership, Role } from '../../../src/wire/raft/leadership.js';
import type { CheckRecord, PreparedQueryRecord, ServiceRecord, StringMap } from '../../../src/wire/records.js';
import { localReads } from '../../../src/workers/state/calls/local-reads.js';
import { noAcls } from '../../../src/workers/state/methods/contract/token-resolver.js';
import { NO_CHECK, NO_SERVICE } from '../../../src/workers/state/records/zero-values.js';
import { StateStore } from '../../../src/workers/state/replica/state-store.js';

export interface Registration {
  readonly Node: string;
  readonly Address: string;
  readonly NodeMeta?: StringMap;
  readonly TaggedAddresses?: StringMap;
  readonly Service?: Partial<ServiceRecord>;
  readonly Check?: Partial<CheckRecord>;
  readonly Checks?: readonly Partial<CheckRecord>[];
  readonly SkipNodeUpdate?: boolean;
}

export interface Removal {
  readonly Node: string;
  readonly ServiceID?: string;
  readonly CheckID?: string;
}

export const defaultDns: DnsConfig = {
  listeners: [{ kind: 'tcp', address: '127.0.0.1', port: 0 }],
  domain: 'consul',
  altDomain: '',
  allowStale: true,
  maxStaleMs: 315_360_000_000,
  useCache: false,
  cacheMaxAgeMs: 0,
  nodeTtlMs: 0,
  serviceTtlMs: {},
  onlyPassing: false,
  enableTruncate: false,
  disableCompression: false,
  udpAnswerLimit: 3,
  aRecordLimit: 0,
  nodeMetaTxt: true,
  translateWan: false,
  soa: { refreshS: 3600, retryS: 600, expireS: 86_400, minTtlS: 0 },
  recursors: [],
};

export class Catalog {
  readonly store = new StateStore();
  readonly leadership = new Leadership();
  /** As the DNS server asks it; ready as long as {@link leadership} knows of a leader. */
  readonly local = localReads({
    store: this.store,
    consensus: this,
    keepingUp: null,
    tokens: noAcls,
    secret: () => '',
  });
  #index = 10;

  constructor(isReady = true) {
    if (isReady) this.lead();
  }

  lead(): void {
    this.leadership.setRole(Role.leader, 1, true);
  }

  register(registration: Registration): void {
    const { Node, Address, Service, Check, Checks, NodeMeta, TaggedAddresses, SkipNodeUpdate } = registration;
    const checks = [...(Checks ?? []), ...(Check === undefined ? [] : [Check])];
    this.store.apply(++this.#index, {
      type: CommandType.register,
      body: {
        Datacenter: 'dc1',
        Token: '',
        ID: '',
        Node,
        Address,
        TaggedAddresses: TaggedAddresses ?? null,
        NodeMeta: NodeMeta ?? null,
        Service:
          Service === undefined
            ? null
            : {
                ...NO_SERVICE,
                Weights: { Passing: 1, Warning: 1 },
                ...Service,
                ID: Service.ID ?? Service.Service ?? '',
              },
        Check: null,
        Checks: checks.map((check) => ({ ...NO_CHECK, Node, Status: 'critical', ...check })),
        SkipNodeUpdate: SkipNodeUpdate ?? false,
        PeerName: '',
        Locality: null,
        CreateIndex: 0,
        ModifyIndex: 0,
      },
    });
    this.store.flush();
  }

  /** A prepared query, made or changed. */
  setQuery(query: PreparedQueryRecord): void {
    const body = { Datacenter: 'dc1', Token: '', Op: 'create', Query: query };
    this.store.apply(++this.#index, { type: CommandType.preparedQuery, body });
    this.store.flush();
  }

  deregister({ Node, ServiceID = '', CheckID = '' }: Removal): void {
    this.store.apply(++this.#index, {
      type: CommandType.deregister,
      body: { Datacenter: 'dc1', Token: '', Node, ServiceID, CheckID, PeerName: '' },
    });
    this.store.flush();
  }

  /** The server itself, as its leader registers it. */
  registerServer(node: string, port: number): void {
    this.register({
      Node: node,
      Address: '127.0.0.1',
      NodeMeta: { 'consul-network-segment': '', 'consul-version': '1.21.4' },
      Service: { ID: 'consul', Service: 'consul', Port: port },
      Check: { CheckID: 'serfHealth', Name: 'Serf Health Status', Status: 'passing' },
    });
  }
}
