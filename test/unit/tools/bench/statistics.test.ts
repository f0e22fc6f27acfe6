import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { summarize } from '../../../../bench/report/statistics.js';

describe('summaries of samples', () => {
  it('take the middle one, or the mean of the middle two', () => {
    assert.deepEqual(summarize([30, 10, 20]), { median: 20, min: 10, max: 30, spread: 1 });
    assert.deepEqual(summarize([10, 40, 20, 30]), { median: 25, min: 10, max: 40, spread: 1.2 });
    assert.deepEqual(summarize([7]), { median: 7, min: 7, max: 7, spread: 0 });
  });

  it('refuse an empty list', () => {
    assert.throws(() => summarize([]), /no samples/);
  });

  it('leave as many samples below the median as above it, and the list as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1 }), (samples) => {
        const before = [...samples];
        const { median, min, max } = summarize(samples);
        assert.deepEqual(samples, before);
        assert.equal(min, Math.min(...samples));
        assert.equal(max, Math.max(...samples));
        const half = samples.length / 2;
        assert.ok(samples.filter((sample) => sample < median).length <= half);
        assert.ok(samples.filter((sample) => sample > median).length <= half);
      }),
    );
  });
});
