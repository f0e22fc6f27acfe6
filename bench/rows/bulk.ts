// Row 20: many services with a check each in one stream, until all are in the catalog; and as many of the same by one call each, as
// the only other way.

import type { BulkCommand, BulkResult } from '../load/bulk-client.js';
import { LoadProcess } from '../load/load-process.js';
import { underLoad } from '../load-usage.js';
import type { Row } from '../row.js';
import { withRegistrar } from './registrar.js';

const COUNT = 50_000;
/** By one call each, far from those: enough for a rate. */
const SINGLE = 5_000;
const SINGLE_FROM = 1_000_000;
const WARM_UP = 5_000;
const WARM_UP_FROM = 2_000_000;

export const bulkRow: Row = {
  id: '20',
  what: `register ${COUNT.toLocaleString('en')} services with an HTTP check each in one stream`,
  dependsOnEngine: false,
  hasPeer: false,
  metrics: [
    { key: 'perSecond', title: 'accepted', unit: '/s', better: 'higher', goal: { kind: 'at-least', value: 50_000 } },
    {
      key: 'catalogSeconds',
      title: 'all in the catalog after',
      unit: 's',
      better: 'lower',
      goal: { kind: 'at-most', value: 5 },
    },
    { key: 'cpuMicros', title: 'CPU per registration', unit: 'µs', better: 'lower' },
    { key: 'singlePerSecond', title: `${SINGLE.toLocaleString('en')} by one call each`, unit: '/s', better: 'higher' },
    { key: 'singleCpuMicros', title: 'CPU of one by one call', unit: 'µs', better: 'lower' },
    { key: 'singleToBulk', title: 'CPU of a single call to that in a stream', unit: '×', better: 'higher' },
    { key: 'rssMb', title: 'RSS afterwards', unit: 'MB', better: 'lower' },
  ],
  run: (run) =>
    withRegistrar(run, async (registrar) => {
      const client = new LoadProcess<BulkCommand, BulkResult>(new URL('../load/bulk-client.js', import.meta.url));
      const { port, checkPort } = registrar;
      try {
        run.say('warm-up of the stream');
        await client.call({ port, checkPort, from: WARM_UP_FROM, count: WARM_UP });
        run.say('single calls');
        const single = await underLoad(registrar.agent.pid, async () => {
          const put = await registrar.put('register-service', SINGLE_FROM, SINGLE);
          await registrar.probe(SINGLE_FROM, SINGLE, true);
          return put;
        });
        run.say('stream');
        const bulk = await underLoad(registrar.agent.pid, async () => {
          const result = await client.call({ port, checkPort, from: 0, count: COUNT });
          await registrar.probe(0, COUNT, true);
          return result;
        });
        await registrar.inCatalog(COUNT + SINGLE + WARM_UP);
        const cpuMicros = (bulk.usage.serverCpuSeconds / COUNT) * 1e6;
        const singleCpuMicros = (single.usage.serverCpuSeconds / SINGLE) * 1e6;
        return {
          values: {
            perSecond: COUNT / bulk.result.acceptedSeconds,
            catalogSeconds: bulk.result.seconds,
            cpuMicros,
            singlePerSecond: SINGLE / single.result.seconds,
            singleCpuMicros,
            singleToBulk: singleCpuMicros / cpuMicros,
            rssMb: bulk.usage.serverRssBytes / 1e6,
          },
          usage: bulk.usage,
          throughput: true,
        };
      } finally {
        client.stop();
      }
    }),
};
