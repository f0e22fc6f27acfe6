import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseOptions } from '../../../../bench/options.js';

const ROWS = ['1', '4', '6', 'curve'];

describe("the harness's command line", () => {
  it('runs every row three times unless told otherwise', () => {
    const parsed = parseOptions([], ROWS);
    assert.ok(parsed.ok);
    assert.equal(parsed.options.rows, null);
    assert.equal(parsed.options.engines, null);
    assert.equal(parsed.options.repeat, 3);
    assert.equal(parsed.options.calibrate, true);
  });

  it('takes rows, engines, a peer and lengths', () => {
    const argv = '--rows 1,curve --engine both --peer /x --repeat 5 --seconds 7 --no-calibration'.split(' ');
    const parsed = parseOptions(argv, ROWS);
    assert.ok(parsed.ok);
    const { rows, engines, peer, repeat, seconds, calibrate } = parsed.options;
    assert.deepEqual(
      { rows, engines, peer, repeat, seconds, calibrate },
      { rows: ['1', 'curve'], engines: ['net', 'uws'], peer: '/x', repeat: 5, seconds: 7, calibrate: false },
    );
  });

  it('refuses what it does not know', () => {
    const errorOf = (...argv: string[]): string => {
      const parsed = parseOptions(argv, ROWS);
      return parsed.ok ? '' : parsed.error;
    };
    assert.equal(errorOf('--rows', '1,5'), 'no row "5": there are 1, 4, 6, curve');
    assert.equal(errorOf('--engine', 'http'), '--engine is net, uws or both, not "http"');
    assert.equal(errorOf('--repeat', '0'), '--repeat is a whole number from 1, not "0"');
    assert.match(errorOf('--fast'), /fast/);
    assert.match(errorOf('--help'), /^Usage: npm run bench/);
  });
});
