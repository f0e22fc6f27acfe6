// What the state worker of every agent stands on, server or client: it is there before anything is opened and for as long as
// the thread runs.

import type { MessagePort } from 'node:worker_threads';
import type { Logger } from '../../../observe/logger.js';
import type { Telemetry } from '../../../observe/worker-telemetry.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { StateToMain, StateWorkerData } from '../../../wire/state-worker.js';
import { COMPATIBLE_VERSION } from '../../../wire/version.js';
import { ControlClient } from '../control/control-client.js';
import { MetricsBins } from '../endpoints/agent/metrics-bins.js';
import { runtimeGauges } from '../endpoints/agent/process-families.js';
import { GossipView } from '../gossip/gossip-view.js';
import { systemClock } from '../local/state/clock.js';
import type { AgentTokens } from '../tokens/agent-tokens.js';
import type { TokenStore } from '../tokens/token-store.js';
import { CheckShards, type CheckTls } from './check-shards.js';
import { LeaveSteps } from './leave-steps.js';
import { LogStream } from './log-stream.js';
import { ownTokens } from './own-tokens.js';

type Tell = (message: StateToMain, transfer?: readonly MessagePort[]) => void;

/** The configuration as it is now; a reload changes it. */
export interface Settings {
  current: RuntimeConfig;
}

export interface Parts {
  readonly settings: Settings;
  readonly telemetry: Telemetry;
  /** Named `agent`. */
  readonly logger: Logger;
  readonly tell: Tell;
  readonly control: ControlClient;
  readonly gossip: GossipView;
  readonly shards: CheckShards;
  readonly logStream: LogStream;
  readonly metrics: MetricsBins;
  readonly tokens: AgentTokens;
  readonly tokenStore: TokenStore;
  readonly leaveSteps: LeaveSteps;
}

/** `enable_agent_tls_for_checks`: checks have the agent's own certificate and trust. */
export function checkTls({ tls }: RuntimeConfig): CheckTls {
  return tls.enableAgentTlsForChecks ? tls.internalRpc.material : null;
}

export function makeParts({ config, context }: StateWorkerData, telemetry: Telemetry): Parts {
  const { port } = context;
  const { logger, metrics } = telemetry;
  metrics.gauge('version', 1, [
    ['version', COMPATIBLE_VERSION],
    ['pre_release', ''],
  ]);
  const tell: Tell = (message, transfer = []) => port.postMessage(message, transfer);
  return {
    settings: { current: config },
    telemetry,
    logger,
    tell,
    control: new ControlClient(port),
    gossip: new GossipView({ config, logger }),
    shards: new CheckShards({
      tls: checkTls(config),
      open: (shard, concurrency, shardPort) =>
        tell({ kind: 'check-shard', shard, concurrency, port: shardPort }, [shardPort]),
    }),
    logStream: new LogStream((level) => tell({ kind: 'monitor', level })),
    metrics: new MetricsBins(systemClock, runtimeGauges),
    ...ownTokens(config, logger),
    leaveSteps: new LeaveSteps(),
  };
}
