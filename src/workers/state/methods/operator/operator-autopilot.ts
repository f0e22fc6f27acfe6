// Operator.Autopilot* and Operator.ServerHealth: autopilot's stored configuration, and what it makes of the servers.

import { CommandType } from '../../../../wire/commands.js';
import type { AutopilotConfig } from '../../../../wire/records.js';
import type { AutopilotState, ClusterView, ServerState } from '../contract/cluster-view.js';
import type { DirectMethod, WriteMethod } from '../contract/method.js';
import { denial, isRefusal, type Refusal, refusal } from '../contract/refusal.js';

const NAME = 'Operator.AutopilotGetConfiguration';

function stored(config: AutopilotConfig | undefined): AutopilotConfig | Refusal {
  return config ?? refusal('failed', 'autopilot config not initialized yet');
}

/** As the leader has it. */
export const autopilotConfiguration: WriteMethod<null, AutopilotConfig> = {
  name: NAME,
  isRepeatable: true,
  decide({ store }, _request, { authorizer }) {
    const denied = denial(authorizer, 'operator:read', '');
    if (denied !== null) return denied;
    const config = stored(store.autopilotConfig);
    return isRefusal(config) ? config : { reply: config };
  },
};

/** As any server has it, whoever leads. */
export const ownAutopilotConfiguration: DirectMethod<null, AutopilotConfig> = {
  name: NAME,
  isRepeatable: true,
  isStale: true,
  answer: ({ autopilotConfig }, _request, { authorizer }) =>
    denial(authorizer, 'operator:read', '') ?? stored(autopilotConfig()),
};

export interface AutopilotChange {
  /** With `compareAndSet`, `ModifyIndex` is the one it must have now. */
  readonly config: AutopilotConfig;
  readonly compareAndSet: boolean;
}

/** False: somebody else has changed it. */
export const setAutopilotConfiguration: WriteMethod<AutopilotChange, boolean> = {
  name: 'Operator.AutopilotSetConfiguration',
  decide({ datacenter }, { config, compareAndSet }, { authorizer, token }) {
    const denied = denial(authorizer, 'operator:write', '');
    if (denied !== null) return denied;
    return {
      command: {
        type: CommandType.autopilot,
        body: { Datacenter: datacenter, Token: token, CAS: compareAndSet, Config: config },
      },
      errorPrefix: '',
      reply: (result) => result.kind === 'nil' || (result.kind === 'bool' && result.value),
    };
  },
};

export const autopilotState: WriteMethod<null, AutopilotState> = {
  name: 'Operator.AutopilotState',
  isRepeatable: true,
  decide: ({ cluster }, _request, { authorizer }) =>
    denial(authorizer, 'operator:read', '') ?? { reply: cluster.autopilotState() },
};

/** What the health of a server shows of its state. */
export type ServerHealth = Omit<ServerState, 'raftVersion' | 'role'> & {
  readonly isLeader: boolean;
  readonly isVoter: boolean;
};

export interface ServersHealth {
  readonly isHealthy: boolean;
  readonly failureTolerance: number;
  readonly servers: readonly ServerHealth[];
}

async function healthOf(cluster: ClusterView): Promise<ServersHealth> {
  const { isHealthy, failureTolerance, servers } = await cluster.autopilotState();
  return {
    isHealthy,
    failureTolerance,
    servers: servers.map(({ raftVersion: _raftVersion, role, ...server }) => ({
      ...server,
      isLeader: role === 'leader',
      isVoter: role !== 'non-voter',
    })),
  };
}

export const serverHealth: WriteMethod<null, ServersHealth> = {
  name: 'Operator.ServerHealth',
  isRepeatable: true,
  decide: ({ cluster }, _request, { authorizer }) =>
    denial(authorizer, 'operator:read', '') ?? { reply: healthOf(cluster) },
};
