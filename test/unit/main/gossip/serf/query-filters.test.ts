import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFilter } from '../../../../../src/main/gossip/serf/protocol/filters.js';
import { encodeTags } from '../../../../../src/main/gossip/serf/protocol/tags.js';
import { isForMember } from '../../../../../src/main/gossip/serf/query/query-filters.js';

const META = encodeTags(new Map([['role', 'web-1']])) ?? new Uint8Array(0);
const tag = (Tag: string, Expr: string) => encodeFilter({ kind: 'tag', filter: { Tag, Expr } });
const nodes = (...names: string[]) => encodeFilter({ kind: 'nodes', names });
const isFor = (...filters: Uint8Array[]) => isForMember(filters, 'n1', META);

test('all filters must match: names whole and in their case, expressions anywhere in a tag', () => {
  assert.equal(isForMember(null, 'n1', META), true);
  assert.equal(isFor(nodes('n0', 'n1')), true);
  assert.equal(isFor(nodes('N1')), false);
  assert.equal(isFor(tag('role', 'eb-[0-9]')), true);
  assert.equal(isFor(tag('role', '^eb')), false);
  assert.equal(isFor(tag('absent', '^$')), true);
  assert.equal(isFor(nodes('n1'), tag('role', 'db')), false);
  assert.equal(isFor(Uint8Array.of(7)), false);
  assert.equal(isFor(tag('role', '(')), false);
});

test('an expression that stands for a huge program is refused before it is compiled', () => {
  // Each of these few bytes would be a thousand steps of a program that takes seconds to make.
  assert.equal(isFor(tag('role', 'w{0,1000}'.repeat(60))), false);
});
