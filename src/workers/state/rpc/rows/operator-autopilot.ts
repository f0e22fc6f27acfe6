// The rows of Operator.Autopilot* and Operator.ServerHealth.

import { list, objectOf } from '../../../../msgpack/collections.js';
import { bool, ignored, int, text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import { time } from '../../../../msgpack/time.js';
import type { AutopilotRequest } from '../../../../wire/commands.js';
import { memberStatusCalled, memberStatusName } from '../../../../wire/gossip-pools.js';
import type { AutopilotConfig, StringMap } from '../../../../wire/records.js';
import { autopilotRequestSchema } from '../../../../wire/schema/commands.js';
import { autopilotSchema } from '../../../../wire/schema/state.js';
import type { AutopilotState, ServerState } from '../../methods/contract/cluster-view.js';
import {
  type AutopilotChange,
  autopilotConfiguration,
  autopilotState,
  ownAutopilotConfiguration,
  type ServersHealth,
  serverHealth,
  setAutopilotConfiguration,
} from '../../methods/operator/operator-autopilot.js';
import { askDatacenter, type DatacenterArguments, datacenterArguments } from './arguments.js';
import type { Row, WriteRow } from './row.js';

const get: WriteRow<DatacenterArguments, AutopilotConfig, null, AutopilotConfig> = {
  kind: 'write',
  method: autopilotConfiguration,
  stale: ownAutopilotConfiguration,
  arguments: datacenterArguments,
  reply: recordKind(autopilotSchema),
  request: () => null,
  ask: askDatacenter,
  show: (config) => config,
  value: (config) => config,
};

const set: WriteRow<AutopilotRequest, boolean, AutopilotChange, boolean> = {
  kind: 'write',
  method: setAutopilotConfiguration,
  arguments: recordKind(autopilotRequestSchema),
  reply: bool,
  request: ({ CAS, Config }) => ({ config: Config, compareAndSet: CAS }),
  ask: ({ config, compareAndSet }, { Datacenter, Token }) => ({
    Datacenter,
    Token,
    CAS: compareAndSet,
    Config: config,
  }),
  show: (isWritten) => isWritten,
  value: (isWritten) => isWritten,
};

interface ShownHealth {
  readonly ID: string;
  readonly Name: string;
  readonly Address: string;
  /** A value of MEMBER_STATUS. */
  readonly SerfStatus: number;
  readonly Version: string;
  readonly Leader: boolean;
  /** Nanoseconds. */
  readonly LastContact: number;
  readonly LastTerm: number;
  readonly LastIndex: number;
  readonly Healthy: boolean;
  readonly Voter: boolean;
  readonly StableSince: bigint;
}

interface HealthReply {
  readonly Healthy: boolean;
  readonly FailureTolerance: number;
  readonly Servers: readonly ShownHealth[] | null;
}

const health: WriteRow<DatacenterArguments, HealthReply, null, ServersHealth> = {
  kind: 'write',
  method: serverHealth,
  arguments: datacenterArguments,
  reply: struct<HealthReply>({
    Healthy: bool,
    FailureTolerance: int,
    Servers: list(
      struct<ShownHealth>({
        ID: text,
        Name: text,
        Address: text,
        SerfStatus: int,
        Version: text,
        Leader: bool,
        LastContact: int,
        LastTerm: int,
        LastIndex: int,
        Healthy: bool,
        Voter: bool,
        StableSince: time,
      }),
    ),
  }),
  request: () => null,
  ask: askDatacenter,
  show: ({ isHealthy, failureTolerance, servers }) => ({
    Healthy: isHealthy,
    FailureTolerance: failureTolerance,
    Servers: servers.map((server) => ({
      ID: server.id,
      Name: server.name,
      Address: server.address,
      SerfStatus: server.memberStatus,
      Version: server.version,
      Leader: server.isLeader,
      LastContact: server.lastContactNs,
      LastTerm: server.lastTerm,
      LastIndex: server.lastIndex,
      Healthy: server.isHealthy,
      Voter: server.isVoter,
      StableSince: server.stableSinceNs,
    })),
  }),
  value: ({ Healthy, FailureTolerance, Servers }) => ({
    isHealthy: Healthy,
    failureTolerance: FailureTolerance,
    servers: (Servers ?? []).map((server) => ({
      id: server.ID,
      name: server.Name,
      address: server.Address,
      memberStatus: server.SerfStatus,
      version: server.Version,
      isLeader: server.Leader,
      lastContactNs: server.LastContact,
      lastTerm: server.LastTerm,
      lastIndex: server.LastIndex,
      isHealthy: server.Healthy,
      isVoter: server.Voter,
      stableSinceNs: server.StableSince,
    })),
  }),
};

interface ShownServer {
  readonly ID: string;
  readonly Name: string;
  readonly Address: string;
  readonly NodeStatus: string;
  readonly Version: string;
  readonly RaftVersion: number;
  readonly NodeType: string;
  readonly IsLeader: boolean;
  readonly Meta: StringMap | null;
  readonly Ext: null;
}

interface ShownState {
  readonly Server: ShownServer;
  readonly State: string;
  readonly Stats: { readonly LastContact: number; readonly LastTerm: number; readonly LastIndex: number };
  readonly Health: { readonly Healthy: boolean; readonly StableSince: bigint };
}

interface StateReply {
  readonly Healthy: boolean;
  readonly FailureTolerance: number;
  readonly Servers: { readonly [id: string]: ShownState } | null;
  readonly Leader: string;
  readonly Voters: readonly string[] | null;
  readonly Ext: null;
}

const stateReply = struct<StateReply>({
  Healthy: bool,
  FailureTolerance: int,
  Servers: objectOf(
    struct<ShownState>({
      Server: struct<ShownServer>({
        ID: text,
        Name: text,
        Address: text,
        NodeStatus: text,
        Version: text,
        RaftVersion: int,
        NodeType: text,
        IsLeader: bool,
        Meta: objectOf(text),
        Ext: ignored,
      }),
      State: text,
      Stats: struct<ShownState['Stats']>({ LastContact: int, LastTerm: int, LastIndex: int }),
      Health: struct<ShownState['Health']>({ Healthy: bool, StableSince: time }),
    }),
  ),
  Leader: text,
  Voters: list(text),
  Ext: ignored,
});

function shownState(server: ServerState): ShownState {
  const { id, name, address, version, raftVersion, role, isHealthy } = server;
  return {
    Server: {
      ID: id,
      Name: name,
      Address: address,
      NodeStatus: memberStatusName(server.memberStatus),
      Version: version,
      RaftVersion: raftVersion,
      NodeType: 'voter',
      IsLeader: role === 'leader',
      Meta: { 'consul-version': version, 'consul-network-segment': '' },
      Ext: null,
    },
    State: role,
    Stats: { LastContact: server.lastContactNs, LastTerm: server.lastTerm, LastIndex: server.lastIndex },
    Health: { Healthy: isHealthy, StableSince: server.stableSinceNs },
  };
}

function roleOf(state: string): ServerState['role'] {
  return state === 'leader' || state === 'voter' ? state : 'non-voter';
}

const state: WriteRow<DatacenterArguments, StateReply, null, AutopilotState> = {
  kind: 'write',
  method: autopilotState,
  arguments: datacenterArguments,
  reply: stateReply,
  request: () => null,
  ask: askDatacenter,
  show: ({ isHealthy, failureTolerance, leader, voters, servers }) => ({
    Healthy: isHealthy,
    FailureTolerance: failureTolerance,
    Servers: Object.fromEntries(servers.map((server) => [server.id, shownState(server)])),
    Leader: leader,
    Voters: voters,
    Ext: null,
  }),
  value: ({ Healthy, FailureTolerance, Servers, Leader, Voters }) => ({
    isHealthy: Healthy,
    failureTolerance: FailureTolerance,
    leader: Leader,
    voters: Voters ?? [],
    servers: Object.values(Servers ?? {}).map(({ Server, State, Stats, Health }) => ({
      id: Server.ID,
      name: Server.Name,
      address: Server.Address,
      memberStatus: memberStatusCalled(Server.NodeStatus),
      version: Server.Version,
      raftVersion: Server.RaftVersion,
      role: roleOf(State),
      lastContactNs: Stats.LastContact,
      lastTerm: Stats.LastTerm,
      lastIndex: Stats.LastIndex,
      isHealthy: Health.Healthy,
      stableSinceNs: Health.StableSince,
    })),
  }),
};

export const operatorAutopilotRows: readonly Row[] = [get, set, health, state];
