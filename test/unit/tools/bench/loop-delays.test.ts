import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loopDelays } from '../../../../bench/rows/kv.js';

const gauge = (name: string, value: number, labels: object): object => ({ Name: name, Value: value, Labels: labels });

describe("event-loop delays from an agent's metrics", () => {
  it('are the p99 of each thread, whatever stands before the name', () => {
    const name = 'consul.some-host.runtime.event_loop_delay_ms';
    const metrics = {
      Gauges: [
        gauge(name, 1, { thread: 'main', quantile: 'p50' }),
        gauge(name, 7.5, { thread: 'main', quantile: 'p99' }),
        gauge('runtime.event_loop_delay_ms', 2, { thread: 'state', quantile: 'p99' }),
        gauge('consul.runtime.num_goroutines', 9, {}),
        gauge('consul.http.p99', 99, { thread: 'main', quantile: 'p99' }),
      ],
    };
    assert.deepEqual([...loopDelays(metrics)].sort(), [
      ['main', 7.5],
      ['state', 2],
    ]);
  });

  it('are none in an interval without gauges', () => {
    assert.equal(loopDelays({ Gauges: [] }).size, 0);
    assert.equal(loopDelays({}).size, 0);
  });
});
