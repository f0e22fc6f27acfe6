// Nobody can ask a server for the coordinates of one segment: the asker picks them from its answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unset } from '../../../../../src/workers/state/rpc/rows/query-options.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { coordinate } from '../assembly/coordinate-fixture.js';

const Coordinates = ['', 'alpha'].map((Segment) => ({ Node: 'a', Segment, Partition: '', Coord: coordinate(1) }));

for (const name of ['Coordinate.ListNodes', 'Coordinate.Node']) {
  test(`${name} of a segment, as another server answers it`, () => {
    const row = rpcRows.find(({ method }) => method.name === name);
    assert.equal(row?.kind, 'read');
    const reply = { ...unset, Coordinates };
    const pick = (segment: string | null) => row.value(reply, { node: 'a', segment });
    assert.deepEqual(pick('alpha'), Coordinates.slice(1));
    assert.deepEqual(pick(''), Coordinates.slice(0, 1));
    assert.deepEqual(pick('beta'), []);
    assert.deepEqual(pick(null), Coordinates);
  });
}
