// All of /v1/agent: the table that the HTTP layer serves, over the agent's local part and what the process gives it.

import type { RuntimeConfig } from '../../../../wire/config.js';
import type { Coordinate, Member } from '../../../../wire/gossip-pools.js';
import type { LogRecord } from '../../../../wire/thread-port.js';
import type { AgentControl } from '../../control/control-client.js';
import type { EndpointTable } from '../../http/endpoint.js';
import type { LocalAgent } from '../../local/local-agent.js';
import type { Clock } from '../../local/state/clock.js';
import type { TokenStore } from '../../tokens/token-store.js';
import { bulkRegistrationEndpoints } from './bulk-registration.js';
import { checkRegistrationEndpoints } from './check-registration.js';
import { identityEndpoints, type Stats } from './identity.js';
import { localHealthEndpoints } from './local-health.js';
import { localListEndpoints } from './local-lists.js';
import { memberEndpoints } from './members.js';
import { metricsEndpoints } from './metrics.js';
import type { MetricsBins } from './metrics-bins.js';
import { type LogStream, monitorEndpoints } from './monitor.js';
import { processControlEndpoints } from './process-control.js';
import { serviceRegistrationEndpoints } from './service-registration.js';
import { tokenEndpoints } from './tokens.js';

interface AgentDependencies {
  readonly config: () => RuntimeConfig;
  readonly local: LocalAgent;
  readonly members: () => { readonly lan: readonly Member[]; readonly wan: readonly Member[] };
  /** This agent as a LAN member. */
  readonly self: () => Member;
  readonly control: AgentControl;
  /** This agent's in the LAN pool; null where coordinates are disabled. */
  readonly coordinate: () => Coordinate | null;
  /** Groups of figures of the agent's other parts (raft, serf_lan, consul …) for /v1/agent/self. */
  readonly stats: () => Promise<Stats>;
  readonly metrics: MetricsBins;
  readonly logs: LogStream;
  /** A log record as a line with its end. */
  readonly renderLog: (record: LogRecord, format: 'text' | 'json') => string;
  readonly tokens: Pick<TokenStore, 'set'>;
  readonly clock: Clock;
}

export function agentEndpoints(dependencies: AgentDependencies): EndpointTable {
  const { config, local, members, self, control, coordinate, stats, metrics, logs, renderLog, tokens, clock } =
    dependencies;
  const { datacenter } = config();
  return [
    ...identityEndpoints({ config, local, self, coordinate, stats }),
    ...memberEndpoints({ members, control }),
    ...localListEndpoints(local, datacenter),
    ...localHealthEndpoints(local, datacenter),
    ...serviceRegistrationEndpoints(local),
    ...bulkRegistrationEndpoints(local),
    ...checkRegistrationEndpoints(local),
    ...processControlEndpoints(local, control),
    ...metricsEndpoints({ config, bins: metrics, clock }),
    ...monitorEndpoints({ logs, render: renderLog }),
    ...tokenEndpoints(tokens, () => config().aclEnabled),
  ];
}
