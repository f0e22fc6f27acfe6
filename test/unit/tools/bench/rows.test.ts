import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goalFor } from '../../../../bench/row.js';
import { ROWS } from '../../../../bench/rows.js';

const ids = ROWS.map(({ id }) => id);

describe('the table of rows', () => {
  it('has every row of the reference figures that can be run by now, once', () => {
    const expected = [...Array.from({ length: 21 }, (_, i) => String(i + 1)), '23'];
    assert.deepEqual(
      ids.filter((id) => /^\d+$/.test(id)),
      expected,
    );
    assert.deepEqual(ids.filter((id) => !/^\d+$/.test(id)).sort(), [
      'all-busy',
      'curve',
      'fleet',
      'loop-delay',
      'members',
      'rpc-waiting',
      'stopped-leader',
    ]);
  });

  it('names each figure of a row once, and other rows that exist', () => {
    for (const { id, metrics } of ROWS) {
      assert.equal(new Set(metrics.map(({ key }) => key)).size, metrics.length, `row ${id}`);
      for (const metric of metrics) {
        const goal = goalFor(metric, 'net');
        if (goal?.kind === 'times-peer' && goal.row !== undefined) assert.ok(ids.includes(goal.row));
      }
    }
  });

  // What no figure was recorded of is held against a peer of the same run alone.
  it('gives every row a goal on both engines, and something to hold relative goals against', () => {
    for (const { id, metrics } of ROWS) {
      for (const engine of ['net', 'uws'] as const) {
        assert.ok(
          metrics.some((metric) => goalFor(metric, engine) !== null),
          `row ${id}`,
        );
      }
      for (const metric of metrics) {
        const goal = goalFor(metric, 'net');
        if (id !== '23' && (goal?.kind === 'times-peer' || goal?.kind === 'below-peer'))
          assert.ok(metric.recorded, `row ${id}`);
      }
    }
  });

  it('asks more of the engine that can do more', () => {
    const rate = ROWS.find(({ id }) => id === '6')?.metrics.find(({ key }) => key === 'perSecond');
    assert.ok(rate);
    assert.deepEqual(goalFor(rate, 'net'), { kind: 'times-peer', factor: 2 });
    assert.deepEqual(goalFor(rate, 'uws'), { kind: 'times-peer', factor: 2.5 });
    assert.equal(goalFor(rate, null), null);
  });
});
