// The whole endpoint table, as the state worker puts it together, for tests that go through its rows; nothing in it is called.

import { serverEndpoints } from '../src/workers/state/assembly/server-endpoints.js';
import { agentEndpoints } from '../src/workers/state/endpoints/agent/agent-endpoints.js';
import { authorizeEndpoints } from '../src/workers/state/endpoints/agent/authorize.js';
import { agentCaEndpoints } from '../src/workers/state/endpoints/agent/connect-ca.js';
import { eventEndpoints } from '../src/workers/state/endpoints/event.js';
import { metricsProxyEndpoints } from '../src/workers/state/endpoints/internal/metrics-proxy.js';
import { withOpenApi } from '../src/workers/state/endpoints/openapi.js';
import { pageEndpoints } from '../src/workers/state/endpoints/pages.js';
import { profileEndpoints } from '../src/workers/state/endpoints/profiles.js';
import type { Endpoint } from '../src/workers/state/http/endpoint.js';
import type { HttpMethod } from '../src/workers/state/http/message/request.js';
import { frameworkParameters } from '../src/workers/state/http/openapi/framework-parameters.js';
import type { Operation } from '../src/workers/state/http/operation.js';
import type { Parameters } from '../src/workers/state/http/parameters/parameters.js';
import { systemClock } from '../src/workers/state/local/state/clock.js';
import { noServers } from './unit/workers/state/calls/no-servers.js';

export interface TableEntry {
  readonly endpoint: Endpoint;
  readonly method: HttpMethod;
  readonly operation: Operation;
}

const PAGES = { uiEnabled: true, version: '1', nodeName: 'n', datacenter: 'dc1', commandLine: [] };

/** Its rows. */
export function rows(): readonly Endpoint[] {
  const config = () => ({ datacenter: 'dc1', nodeName: 'n' });
  const parts = { calls: noServers, config, hasWan: () => false } as unknown;
  return withOpenApi([
    ...agentEndpoints({ config, clock: systemClock } as unknown as DependenciesOf<typeof agentEndpoints>),
    ...agentCaEndpoints({ isEnabled: () => true } as unknown as DependenciesOf<typeof agentCaEndpoints>),
    ...authorizeEndpoints({
      calls: noServers,
      isEnabled: () => true,
      defaultPolicy: () => 'allow',
    } as unknown as DependenciesOf<typeof authorizeEndpoints>),
    ...eventEndpoints({} as unknown as DependenciesOf<typeof eventEndpoints>),
    ...serverEndpoints(parts as DependenciesOf<typeof serverEndpoints>),
    ...metricsProxyEndpoints(true),
    ...pageEndpoints({ ...PAGES, debugEnabled: () => false }),
    ...profileEndpoints({ debugEnabled: () => false }),
  ]);
}

type DependenciesOf<F extends (dependencies: never) => unknown> = F extends (dependencies: infer D) => unknown
  ? D
  : never;

/** Each operation of each row. */
export function endpointTable(): readonly TableEntry[] {
  return rows().flatMap((endpoint) =>
    Object.entries(endpoint.methods).map(([method, operation]) => ({
      endpoint,
      method: method as HttpMethod,
      operation,
    })),
  );
}

/** The parameters that the framework reads for an operation, beside its own. */
export function commonParameters({ endpoint, operation }: TableEntry): Parameters {
  return frameworkParameters(endpoint, operation);
}
