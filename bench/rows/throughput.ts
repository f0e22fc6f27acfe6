// What the throughput rows have in common: rate, latency, and work done per second of the server's CPU.

import type { LoadUsage } from '../load-usage.js';
import type { Sample } from '../row.js';
import type { WrkResult } from '../wrk.js';

export function throughputSample(measured: { readonly result: WrkResult; readonly usage: LoadUsage }): Sample {
  const { result, usage } = measured;
  return {
    values: {
      perSecond: result.perSecond,
      perCpuSecond: result.requests / usage.serverCpuSeconds,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
    },
    usage,
    throughput: true,
  };
}
