// The rows of FederationState.*. How stock's servers ask each other for it is not known: lictor's have a form of their own, made of
// the recorded command.

import { list } from '../../../../../msgpack/collections.js';
import { bool, nullable, text } from '../../../../../msgpack/kinds.js';
import { recordKind } from '../../../../../msgpack/record-kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { FederationStateRequest } from '../../../../../wire/commands.js';
import type { FederationState } from '../../../../../wire/records.js';
import { federationStateRequestSchema } from '../../../../../wire/schema/commands.js';
import { federationStateSchema } from '../../../../../wire/schema/state.js';
import {
  applyFederationState,
  type DatacenterGateways,
  type FederationChange,
  getFederationState,
  listFederationStates,
  listMeshGateways,
} from '../../../methods/mesh/federation-state.js';
import { type Entry, entryKind, readEntry, shownEntry } from '../health.js';
import { emptyAsNil, UNLIMITED } from '../lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from '../query-options.js';
import type { ReadRow, Row, WriteRow } from '../row.js';

const state = recordKind(federationStateSchema);

interface GetArguments extends QueryOptions {
  /** Whose state, where `Datacenter` says who is asked. */
  readonly TargetDatacenter: string;
}

interface StateReply extends QueryMeta {
  readonly State: FederationState | null;
}

const get: ReadRow<GetArguments, StateReply, string, FederationState | null> = {
  kind: 'read',
  method: getFederationState,
  arguments: struct<GetArguments>({ TargetDatacenter: text, Datacenter: text, ...queryOptionKinds }),
  reply: struct<StateReply>({ State: nullable(state), ...queryMetaKinds }),
  request: ({ TargetDatacenter }) => TargetDatacenter,
  ask: (TargetDatacenter, options) => ({ TargetDatacenter, ...options }),
  show: (State, meta) => ({ State, ...meta }),
  value: ({ State }) => State,
};

interface StatesReply extends QueryMeta {
  readonly States: readonly FederationState[] | null;
}

const listArguments = struct<QueryOptions>({ Datacenter: text, ...queryOptionKinds });

const all: ReadRow<QueryOptions, StatesReply, null, readonly FederationState[]> = {
  kind: 'read',
  method: listFederationStates,
  arguments: listArguments,
  reply: struct<StatesReply>({ States: list(state, UNLIMITED), ...queryMetaKinds }),
  request: () => null,
  ask: (_all, options) => options,
  show: (found, meta) => ({ States: emptyAsNil(found), ...meta }),
  value: ({ States }) => States ?? [],
};

interface Gateways {
  readonly Datacenter: string;
  readonly Nodes: readonly Entry[] | null;
}

interface GatewaysReply extends QueryMeta {
  readonly Gateways: readonly Gateways[] | null;
}

const gateways: ReadRow<QueryOptions, GatewaysReply, null, readonly DatacenterGateways[]> = {
  kind: 'read',
  method: listMeshGateways,
  arguments: listArguments,
  reply: struct<GatewaysReply>({
    Gateways: list(struct<Gateways>({ Datacenter: text, Nodes: list(entryKind, UNLIMITED) }), UNLIMITED),
    ...queryMetaKinds,
  }),
  request: () => null,
  ask: (_all, options) => options,
  show: (found, meta) => ({
    Gateways: found.map(({ datacenter, gateways: of }) => ({ Datacenter: datacenter, Nodes: of.map(shownEntry) })),
    ...meta,
  }),
  value: ({ Gateways }) =>
    (Gateways ?? []).map(({ Datacenter, Nodes }) => ({
      datacenter: Datacenter,
      gateways: (Nodes ?? []).map(readEntry),
    })),
};

const apply: WriteRow<FederationStateRequest, boolean, FederationChange, boolean> = {
  kind: 'write',
  method: applyFederationState,
  arguments: recordKind(federationStateRequestSchema),
  reply: bool,
  request: ({ Op: op, State }) => ({ op, state: State }),
  ask: ({ op, state: State }, { Datacenter, Token }) => ({ Op: op, State, Datacenter, Token }),
  show: (isDone) => isDone,
  value: (isDone) => isDone,
};

export const federationStateRows: readonly Row[] = [get, all, gateways, apply];
