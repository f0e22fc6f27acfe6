// FederationState.*: by which mesh gateways each datacenter is reached. It is written in the primary datacenter alone.

import { CommandType } from '../../../../wire/commands.js';
import type { CheckedInstance, FederationState } from '../../../../wire/records.js';
import type { HealthEntry } from '../../replica/store/read-api.js';
import type { ReadMethod, WriteMethod } from '../contract/method.js';
import { toPrimary } from '../contract/primary.js';
import { denial, refusal } from '../contract/refusal.js';
import { seen, sightOf } from '../contract/sight.js';

type States = readonly FederationState[];
type Datacenters = readonly DatacenterGateways[];

/** By the name of its datacenter. */
export const getFederationState: ReadMethod<string, FederationState | null> = {
  name: 'FederationState.Get',
  prepare(store, datacenter, authorizer) {
    const denied = denial(authorizer, 'operator:read', '');
    if (denied !== null) return denied;
    return {
      read: () => store.federationStates.get(datacenter),
      watch: () => store.targets.federationStates(),
      missing: ({ value }) => value === null,
    };
  },
};

export const listFederationStates: ReadMethod<null, States> = {
  name: 'FederationState.List',
  prepare(store, _all, authorizer) {
    const denied = denial(authorizer, 'operator:read', '');
    if (denied !== null) return denied;
    return {
      read: () => store.federationStates.list(),
      watch: () => store.targets.federationStates(),
    };
  },
};

/** The mesh gateways of one datacenter. */
export interface DatacenterGateways {
  readonly datacenter: string;
  /** At least one. */
  readonly gateways: readonly HealthEntry[];
}

function entriesOf({ MeshGateways }: FederationState): readonly HealthEntry[] {
  return (MeshGateways ?? []).flatMap(({ Node, Service, Checks }: CheckedInstance) =>
    Node === null || Service === null ? [] : [{ node: Node, service: Service, checks: Checks ?? [] }],
  );
}

/** Of those that the asker may see, as of any other instance: datacenters that have some, by name. */
export const listMeshGateways: ReadMethod<null, Datacenters> = {
  name: 'FederationState.ListMeshGateways',
  prepare(store, _all, authorizer) {
    const limited = sightOf(authorizer, 'node:read', 'service:read');
    return {
      read() {
        const { index, value } = store.federationStates.list();
        const all = value.map((state) => ({ datacenter: state.Datacenter, gateways: entriesOf(state) }));
        return { index, value: all.filter(({ gateways }) => gateways.length > 0) };
      },
      watch: () => store.targets.federationStates(),
      ...seen<Datacenters>(limited, function* (all, sight) {
        const visible: DatacenterGateways[] = [];
        for (const { datacenter, gateways } of all) {
          const kept = yield* sight.keep(gateways, ({ node, service }) => sight.instance(node.Node, service.Service));
          if (kept.length > 0) visible.push({ datacenter, gateways: kept });
        }
        return visible;
      }),
    };
  },
};

export interface FederationChange {
  readonly op: string;
  readonly state: FederationState;
}

/** True once it is written; of a deletion whether there was something to delete is not told. */
export const applyFederationState: WriteMethod<FederationChange, boolean> = {
  name: 'FederationState.Apply',
  decide(leader, { op, state }, { authorizer, token }) {
    const other = denial(authorizer, 'operator:write', '') ?? toPrimary(leader);
    if (other !== null) return other;
    if (state.Datacenter === '') return refusal('failed', 'Must provide the datacenter of a federation state');
    if (op !== 'upsert' && op !== 'delete') return refusal('failed', `Invalid federation state operation '${op}'`);
    return {
      command: {
        type: CommandType.federationState,
        body: { Datacenter: leader.datacenter, Token: token, Op: op, State: { ...state, PrimaryModifyIndex: 0 } },
      },
      errorPrefix: 'raft apply failed: ',
      reply: () => true,
    };
  },
};
