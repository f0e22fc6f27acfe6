// Flags as Go programs take them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Flag } from '../../../src/gotext/flag-set.js';
import { parseFlags } from '../../../src/gotext/flag-set.js';

const FLAGS: readonly Flag[] = [
  { name: 'node', kind: 'string', usage: '' },
  { name: 'server', kind: 'bool', usage: '' },
  { name: 'port', kind: 'int', usage: '' },
  { name: 'flags', kind: 'uint64', usage: '' },
  { name: 'join', kind: 'words', usage: '' },
  { name: 'also', kind: 'words', usage: '', as: 'join' },
  { name: 'meta', kind: 'pairs', usage: '' },
];

function values(...argv: readonly string[]): { readonly [name: string]: unknown } {
  const result = parseFlags(argv, FLAGS);
  assert.ok(result.ok, result.ok ? '' : result.error);
  return { ...Object.fromEntries(result.values), rest: result.rest };
}

function error(...argv: readonly string[]): string {
  const result = parseFlags(argv, FLAGS);
  assert.ok(!result.ok);
  return result.error;
}

describe('flags', () => {
  test('one dash or two, value behind or after =', () => {
    for (const argv of [['-node', 'a'], ['--node', 'a'], ['-node=a'], ['--node=a']]) {
      assert.deepEqual(values(...argv), { node: 'a', rest: [] });
    }
    assert.deepEqual(values('-node', '-x'), { node: '-x', rest: [] });
    assert.deepEqual(values('-node=a=b'), { node: 'a=b', rest: [] });
    assert.deepEqual(values('-node='), { node: '', rest: [] });
  });

  test('booleans take no word', () => {
    assert.deepEqual(values('-server', 'x'), { server: true, rest: ['x'] });
    assert.deepEqual(values('-server=F'), { server: false, rest: [] });
    assert.match(error('-server=maybe'), /^invalid boolean value "maybe" for -server: strconv.ParseBool/);
  });

  test('lists by repetition, in order, two names for one list', () => {
    assert.deepEqual(values('-join=a', '-also', 'b', '-join', 'c'), { join: ['a', 'b', 'c'], rest: [] });
  });

  test('the first word that is no flag ends them', () => {
    assert.deepEqual(values('-node=a', 'x', '-node=b'), { node: 'a', rest: ['x', '-node=b'] });
    assert.deepEqual(values('--', '-node=b'), { rest: ['-node=b'] });
    assert.deepEqual(values('-', '-node=b'), { rest: ['-', '-node=b'] });
  });

  test('numbers', () => {
    assert.deepEqual(values('-port', '-5', '-flags=18446744073709551615'), {
      port: -5,
      flags: 18446744073709551615n,
      rest: [],
    });
    assert.equal(error('-port=x'), 'invalid value "x" for flag -port: strconv.Atoi: parsing "x": invalid syntax');
    assert.equal(
      error('-flags=18446744073709551616'),
      'invalid value "18446744073709551616" for flag -flags: parse error',
    );
  });

  test('mistakes', () => {
    assert.equal(error('-nope'), 'flag provided but not defined: -nope');
    assert.equal(error('-node'), 'flag needs an argument: -node');
    assert.equal(error('---node'), 'bad flag syntax: ---node');
    assert.equal(error('-=x'), 'bad flag syntax: -=x');
    assert.equal(error('-meta=a'), 'invalid value "a" for flag -meta: Missing "=" value in argument: a');
    const help = parseFlags(['-h'], FLAGS);
    assert.ok(!help.ok && help.help);
  });
});
