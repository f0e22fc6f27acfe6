// Commands and records for the store's tests: everything a case does not care about has a plain default.

import type {
  ApplyResult,
  Command,
  DeregisterRequest,
  KvsRequest,
  RegisterRequest,
  TxnOperation,
} from '../../../../../../src/wire/commands.js';
import { CommandType } from '../../../../../../src/wire/commands.js';
import { goTimeOf } from '../../../../../../src/wire/go-time.js';
import type {
  CheckRecord,
  FederationState,
  KvEntry,
  NodeRecord,
  PreparedQueryRecord,
  QueryService,
  ServiceRecord,
  SessionRecord,
} from '../../../../../../src/wire/records.js';
import { NO_CHECK_DEFINITION, NO_PROXY, NO_QUERY } from '../../../../../../src/workers/state/records/zero-values.js';
import { StateStore, type StateStoreOptions } from '../../../../../../src/workers/state/replica/state-store.js';

const REQUEST = { Datacenter: 'dc1', Token: '' } as const;
const NO_INDEX = { CreateIndex: 0, ModifyIndex: 0 } as const;

export function node(overrides: Partial<NodeRecord>): NodeRecord {
  return {
    ID: '',
    Node: 'n1',
    Address: '10.0.0.1',
    Datacenter: 'dc1',
    Partition: '',
    PeerName: '',
    TaggedAddresses: null,
    Meta: null,
    Locality: null,
    ...NO_INDEX,
    ...overrides,
  };
}

export function service(overrides: Partial<ServiceRecord>): ServiceRecord {
  const name = overrides.Service ?? overrides.ID ?? 'web';
  return {
    Kind: '',
    ID: name,
    Service: name,
    Tags: null,
    Address: '',
    TaggedAddresses: null,
    Meta: null,
    Port: 80,
    SocketPath: '',
    Weights: { Passing: 1, Warning: 1 },
    EnableTagOverride: false,
    Proxy: NO_PROXY,
    Connect: { Native: false, PeerMeta: null, SidecarService: null },
    LocallyRegisteredAsSidecar: false,
    PeerName: '',
    Locality: null,
    ...NO_INDEX,
    Ports: null,
    ...overrides,
  };
}

/** A sidecar proxy of another service. */
export function proxy(destination: string, id = `${destination}-proxy`): ServiceRecord {
  return service({
    ID: id,
    Service: `${destination}-sidecar-proxy`,
    Kind: 'connect-proxy',
    Proxy: { ...NO_PROXY, DestinationServiceName: destination },
  });
}

export function check(overrides: Partial<CheckRecord>): CheckRecord {
  return {
    Node: 'n1',
    CheckID: 'c1',
    Name: 'check',
    Status: 'passing',
    Notes: '',
    Output: '',
    ServiceID: '',
    ServiceName: '',
    ServiceTags: null,
    Type: '',
    Interval: '',
    Timeout: '',
    ExposedPort: 0,
    Definition: NO_CHECK_DEFINITION,
    PeerName: '',
    ...NO_INDEX,
    ...overrides,
  };
}

export function session(overrides: Partial<SessionRecord>): SessionRecord {
  return {
    ID: 's1',
    Name: '',
    Node: 'n1',
    LockDelay: 0,
    Behavior: 'release',
    TTL: '',
    NodeChecks: null,
    ServiceChecks: null,
    Checks: null,
    ...NO_INDEX,
    ...overrides,
  };
}

/** IDs that end in this number. */
export function queryId(number: number): string {
  return `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
}

export function query(
  { ID = queryId(1), ...overrides }: Partial<PreparedQueryRecord>,
  service: Partial<QueryService> = {},
): PreparedQueryRecord {
  return { ...NO_QUERY, ID, ...overrides, Service: { ...NO_QUERY.Service, Service: 'web', ...service } };
}

/** A template that is chosen by what names begin with. */
export function template(
  overrides: Partial<PreparedQueryRecord>,
  service: Partial<QueryService> = {},
  options: Partial<PreparedQueryRecord['Template']> = {},
): PreparedQueryRecord {
  return query(
    { ...overrides, Template: { Type: 'name_prefix_match', Regexp: '', RemoveEmptyTags: false, ...options } },
    service,
  );
}

export function setQuery(of: PreparedQueryRecord, Op = 'create'): Command {
  return { type: 7, body: { ...REQUEST, Op, Query: of } };
}

export function register(overrides: Partial<RegisterRequest>): Command {
  const body: RegisterRequest = {
    ...REQUEST,
    ...NO_INDEX,
    ID: '',
    Node: 'n1',
    Address: '10.0.0.1',
    TaggedAddresses: null,
    NodeMeta: null,
    Service: null,
    Check: null,
    Checks: null,
    SkipNodeUpdate: false,
    PeerName: '',
    Locality: null,
    ...overrides,
  };
  return { type: 0, body };
}

export function deregister(overrides: Partial<DeregisterRequest>): Command {
  return { type: 1, body: { ...REQUEST, Node: 'n1', ServiceID: '', CheckID: '', PeerName: '', ...overrides } };
}

export function entry(overrides: Partial<KvEntry>): KvEntry {
  return { LockIndex: 0, Key: 'k', Flags: 0, Value: null, Session: '', ...NO_INDEX, ...overrides };
}

export function kv(Op: string, overrides: Partial<KvEntry>): Command {
  const body: KvsRequest = { ...REQUEST, Op, DirEnt: entry(overrides) };
  return { type: 2, body };
}

export function kvSet(Key: string, text = 'v'): Command {
  return kv('set', { Key, Value: new TextEncoder().encode(text) });
}

export function createSession(overrides: Partial<SessionRecord>): Command {
  return { type: 3, body: { ...REQUEST, Op: 'create', Session: session(overrides) } };
}

export function destroySession(ID: string): Command {
  return { type: 3, body: { ...REQUEST, Op: 'destroy', Session: session({ ID }) } };
}

const NO_OPERATION: TxnOperation = { KV: null, Node: null, Service: null, Check: null, Session: null, Intention: null };

export function operation(part: Partial<TxnOperation>): TxnOperation {
  return { ...NO_OPERATION, ...part };
}

export function txn(...parts: readonly Partial<TxnOperation>[]): Command {
  return { type: 8, body: { ...REQUEST, Ops: parts.map(operation) } };
}

/** A store whose commands get the indexes 1, 2, 3 … and whose readers are woken at once. */
export function federationState(datacenter: string, gateways: FederationState['MeshGateways']): Command {
  const State = { Datacenter: datacenter, MeshGateways: gateways, UpdatedAt: goTimeOf(1_700_000_000_250) };
  return {
    type: CommandType.federationState,
    body: { ...REQUEST, Op: 'upsert', State: { ...State, PrimaryModifyIndex: 0, ...NO_INDEX } },
  };
}

export class TestStore extends StateStore {
  constructor(options: StateStoreOptions = {}) {
    super({ now: () => 0, schedule: (run) => run(), ...options });
  }

  run(command: Command): ApplyResult {
    const result = this.apply(this.appliedIndex + 1, command);
    this.flush();
    return result;
  }

  /** Runs commands that must succeed. */
  runAll(...commands: readonly Command[]): void {
    for (const command of commands) {
      const result = this.run(command);
      if (result.kind === 'error') throw new Error(result.text);
    }
  }
}
