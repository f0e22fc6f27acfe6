// Calls of a client agent that knows no server: each is refused at once.

import { Metrics } from '../../../../../src/observe/metrics.js';
import { ClientCalls } from '../../../../../src/workers/state/calls/client-calls.js';

export const noServers = new ClientCalls({
  servers: { size: 0, first: null, failed: () => {} },
  asking: {
    read: () => ({ cancel: () => {} }),
    write: () => new Promise(() => {}),
  },
  holdMs: () => 200,
  rate: () => ({ perSecond: Number.POSITIVE_INFINITY, burst: 1 }),
  metrics: new Metrics(),
  unreachable: () => {},
});
