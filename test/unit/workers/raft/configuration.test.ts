// Configurations as bytes are those of hashicorp/raft; invalid ones are named by its texts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Configuration,
  describe,
  isSoleVoter,
  problemOf,
} from '../../../../src/workers/raft/core/configuration.js';
import {
  decodeConfiguration,
  encodeConfiguration,
  encodePeers,
} from '../../../../src/workers/raft/core/configuration-codec.js';
import { readJson } from '../../../data.js';

const SUFFRAGES = ['voter', 'nonvoter', 'staging'] as const;

interface Item {
  readonly decoded?: { readonly Servers?: readonly { Address: string; ID: string; Suffrage: number }[] | null };
  readonly hex: string;
}

test('recorded configurations decode and encode to the same bytes', () => {
  const { items } = readJson('raft/encodings.json') as { items: readonly Item[] };
  const recorded = items.filter((item) => item.decoded?.Servers !== undefined);
  assert.ok(recorded.length >= 1);
  for (const { decoded, hex } of recorded) {
    const servers = (decoded?.Servers ?? []).map(({ Address, ID, Suffrage }) => ({
      suffrage: SUFFRAGES[Suffrage] ?? 'voter',
      id: ID,
      address: Address,
    }));
    assert.deepEqual(decodeConfiguration(Buffer.from(hex, 'hex')), { servers });
    // Go's nil slice is read as none; what is written is always a slice.
    if (decoded?.Servers) assert.equal(Buffer.from(encodeConfiguration({ servers })).toString('hex'), hex);
  }
});

const server = fc.record(
  {
    suffrage: fc.constantFrom(...SUFFRAGES),
    id: fc.string({ maxLength: 300, size: 'max' }),
    address: fc.string({ maxLength: 60, size: 'max' }),
  },
  { noNullPrototype: true },
);
const configuration = fc.record(
  { servers: fc.array(server, { maxLength: 20, size: 'max' }) },
  { noNullPrototype: true },
);

test('any configuration survives the round trip, and no truncation of it is taken for one', () => {
  fc.assert(
    fc.property(configuration, fc.nat(), (value, cut) => {
      const bytes = encodeConfiguration(value);
      assert.deepEqual(decodeConfiguration(bytes), value);
      assert.equal(decodeConfiguration(bytes.subarray(0, cut % bytes.length)), null);
    }),
  );
});

test('arbitrary bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => {
      const decoded = decodeConfiguration(bytes);
      assert.ok(decoded === null || Array.isArray(decoded.servers));
    }),
  );
});

test('the legacy peer list has the voters only', () => {
  const value: Configuration = {
    servers: [
      { suffrage: 'voter', id: 'a', address: 'x:1' },
      { suffrage: 'nonvoter', id: 'b', address: 'y:2' },
    ],
  };
  assert.equal(Buffer.from(encodePeers(value)).toString('hex'), '91a3783a31');
});

test('what makes a configuration invalid is named', () => {
  const voter = (id: string, address: string) => ({ suffrage: 'voter', id, address }) as const;
  const problem = (...servers: Configuration['servers']): string | null => problemOf({ servers });
  assert.equal(problem(voter('a', 'x')), null);
  assert.match(problem(voter('', 'x')) ?? '', /^empty ID in configuration: /);
  assert.match(problem(voter('a', '')) ?? '', /^empty address in configuration: /);
  assert.match(problem(voter('a', 'x'), voter('a', 'y')) ?? '', /^found duplicate ID in configuration: /);
  assert.match(problem(voter('a', 'x'), voter('b', 'x')) ?? '', /^found duplicate address in configuration: /);
  assert.match(
    problem({ suffrage: 'nonvoter', id: 'a', address: 'x' }) ?? '',
    /^need at least one voter in configuration: /,
  );
  assert.equal(describe({ servers: [voter('a', 'x:1')] }), '[{Suffrage:Voter ID:a Address:x:1}]');
});

test('only the one voter is the sole voter', () => {
  const servers: Configuration['servers'] = [
    { suffrage: 'voter', id: 'a', address: 'x' },
    { suffrage: 'nonvoter', id: 'b', address: 'y' },
  ];
  assert.ok(isSoleVoter({ servers }, 'a'));
  assert.ok(isSoleVoter({ servers: [...servers, { suffrage: 'staging', id: 'd', address: 'w' }] }, 'a'));
  assert.ok(!isSoleVoter({ servers }, 'b'));
  assert.ok(!isSoleVoter({ servers: [] }, 'a'));
  assert.ok(!isSoleVoter({ servers: [...servers, { suffrage: 'voter', id: 'c', address: 'z' }] }, 'a'));
});
