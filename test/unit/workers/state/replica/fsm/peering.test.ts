// Peerings, trust bundles and secrets as a stock leader replicates them (spec/fsm.md, section 10): kept, changed and dropped by its
// rules, and in snapshots. Messages are put together here by hand, byte by byte.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeCommand } from '../../../../../../src/wasm/commands.js';
import { type ApplyResult, CommandType } from '../../../../../../src/wire/commands.js';
import { readMessage, writeMessage } from '../../../../../../src/workers/state/replica/fsm/peering/message.js';
import { TestStore } from '../store/commands.js';
import { readAll, recordsOf, writeAll } from '../store/stream.js';

type Part = readonly [field: number, value: string | number | Buffer];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function message(...parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.flatMap(([field, value]) => {
      if (typeof value === 'number') return [varint(field * 8), varint(value)];
      const content = Buffer.from(value);
      return [varint(field * 8 + 2), varint(content.length), content];
    }),
  );
}

const PENDING = 1;
const DELETING = 5;
const TERMINATED = 6;
const DELETED_AT: Part = [4, message([1, 1_795_430_104])];
/** One that nothing here knows of. */
const LATER: Part = [77, 'of a later version'];
const NIL = { kind: 'nil' } as const;

class Peerings extends TestStore {
  carryOut(type: number, body: Buffer): ApplyResult {
    return this.apply(this.appliedIndex + 1, decodeCommand(Buffer.concat([Buffer.of(type), body])));
  }

  write(peering: readonly Part[], secrets: readonly Part[] | null = null): ApplyResult {
    const parts: Part[] = [[1, message(...peering)]];
    if (secrets !== null) parts.push([2, message(...secrets)]);
    return this.carryOut(CommandType.peeringWrite, message(...parts));
  }

  /** Messages of the records of a type. */
  records(type: number): readonly string[] {
    return recordsOf(writeAll(this))
      .filter((record) => record.type === type)
      .map(({ hex }) => {
        const bytes = Buffer.from(hex, 'hex');
        const mark = bytes[1] ?? 0;
        return bytes.toString('hex', mark === 0xda ? 4 : 2);
      });
  }
}

const A: readonly Part[] = [
  [1, 'id-a'],
  [2, 'peer-a'],
];

function text(result: ApplyResult): string {
  assert.ok(result.kind === 'error', `${result.kind} in place of an error`);
  return result.text;
}

describe('peerings', () => {
  it('are written with their indexes, without the status of their stream, and with what nobody knows', () => {
    const store = new Peerings();
    assert.deepEqual(store.write([...A, [13, message([1, 1])], LATER]), NIL);
    const expected = message(...A, [6, PENDING], [11, 1], [12, 1], LATER);
    assert.deepEqual(store.records(35), [expected.toString('hex')]);
    assert.equal(store.tables.index.get('peering'), 1);
    assert.deepEqual(store.write([...A, [6, 3]]), NIL);
    assert.deepEqual(store.write([...A, [9, 'server']]), NIL, 'without a state');
    assert.deepEqual(store.records(35), [message(...A, [6, 3], [9, 'server'], [11, 1], [12, 3]).toString('hex')]);
  });

  it('need an ID and a name, each of one peering alone', () => {
    const store = new Peerings();
    assert.equal(text(store.write([[2, 'x']])), 'Missing Peering ID');
    assert.equal(text(store.write([[1, 'x']])), 'Missing Peering Name');
    store.write(A);
    assert.match(
      text(
        store.write([
          [1, 'id-a'],
          [2, 'other'],
        ]),
      ),
      /already exists/,
    );
    assert.match(
      text(
        store.write([
          [1, 'other'],
          [2, 'PEER-A'],
        ]),
      ),
      /already exists/,
    );
    assert.match(text(store.write([...A, [10, '10.0.0.1:8502']])), /dialing/);
    assert.equal(store.records(35).length, 1);
    assert.equal(store.tables.index.get('peering'), 3);
  });

  it('that are deleted stay deleted, and go only then', () => {
    const store = new Peerings();
    assert.match(text(store.write([...A, [6, TERMINATED]])), /marked for deletion/);
    store.write(A, [
      [1, 'id-a'],
      [2, message([1, 'secret'])],
    ]);
    assert.equal(store.records(40).length, 1);
    const name = message([1, 'peer-a']);
    assert.equal(
      text(store.carryOut(CommandType.peeringDelete, name)),
      'cannot delete a peering without first marking for deletion',
    );
    const deleting: readonly Part[] = [...A, DELETED_AT, [6, DELETING]];
    assert.deepEqual(store.write(deleting), NIL);
    assert.deepEqual(store.records(40), [], 'its secrets go with it');
    const kept = store.records(35);
    assert.deepEqual(store.write(deleting), NIL);
    assert.deepEqual(store.write([...A, DELETED_AT, [6, TERMINATED]]), NIL);
    assert.equal(text(store.write([...A, [6, 3]])), 'cannot write to peering that is marked for deletion');
    assert.deepEqual(store.records(35), kept);
    assert.deepEqual(store.carryOut(CommandType.peeringDelete, name), NIL);
    assert.deepEqual(store.records(35), []);
    assert.deepEqual(store.carryOut(CommandType.peeringDelete, name), NIL, 'it is gone already');
  });

  it('are ended by their ID', () => {
    const store = new Peerings();
    store.write(A);
    assert.deepEqual(store.carryOut(CommandType.peeringTerminate, message([1, 'id-a'])), NIL);
    assert.deepEqual(store.carryOut(CommandType.peeringTerminate, message([1, 'nobody'])), NIL);
    assert.deepEqual(store.records(35), [message(...A, [6, TERMINATED], [11, 1], [12, 2]).toString('hex')]);
  });
});

describe('trust bundles', () => {
  it('are kept by the name of the peer, whose certificates follow', () => {
    const store = new Peerings();
    store.write(A);
    const bundle: readonly Part[] = [
      [1, 'trust'],
      [2, 'peer-a'],
      [4, 'one'],
      [4, 'two\n'],
    ];
    assert.deepEqual(store.carryOut(CommandType.trustBundleWrite, message([1, message(...bundle)])), NIL);
    assert.deepEqual(store.records(38), [message(...bundle, [6, 2], [7, 2]).toString('hex')]);
    const pems: readonly Part[] = [
      [8, 'one\n'],
      [8, 'two\n'],
    ];
    assert.deepEqual(store.records(35), [message(...A, [6, PENDING], ...pems, [11, 1], [12, 2]).toString('hex')]);
    assert.equal(store.tables.index.get('peering-trust-bundles'), 2);
    store.carryOut(CommandType.trustBundleWrite, message([1, message(...bundle)]));
    assert.deepEqual(store.records(38), [message(...bundle, [6, 2], [7, 3]).toString('hex')]);
    assert.deepEqual(store.carryOut(CommandType.trustBundleDelete, message([1, 'peer-a'])), NIL);
    assert.deepEqual(store.records(38), []);
    assert.equal(store.tables.index.get('peering-trust-bundles'), 4);
  });
});

describe('secrets of a peering', () => {
  const ask = (field: number, ...parts: readonly Part[]): Buffer => message([1, 'id-a'], [field, message(...parts)]);
  const stored = (...parts: readonly Part[]): string[] => [message([1, 'id-a'], ...parts).toString('hex')];

  it('go from the token over the exchange to the stream', () => {
    const store = new Peerings();
    store.write(A, [
      [1, 'id-a'],
      [2, message([1, 'token'])],
    ]);
    assert.deepEqual(store.records(40), stored([2, message([1, 'token'])]));
    const secrets = (body: Buffer): ApplyResult => store.carryOut(CommandType.peeringSecretsWrite, body);
    assert.match(text(secrets(ask(3, [1, 'wrong'], [2, 'pending']))), /establishment/);
    assert.deepEqual(secrets(ask(3, [1, 'token'], [2, 'pending'])), NIL);
    assert.deepEqual(store.records(40), stored([3, message([2, 'pending'])]));
    assert.match(text(secrets(ask(4, [1, 'wrong']))), /pending/);
    assert.deepEqual(secrets(ask(4, [1, 'pending'])), NIL);
    assert.deepEqual(secrets(ask(2, [1, 'next'])), NIL);
    assert.deepEqual(store.records(40), stored([2, message([1, 'next'])], [3, message([1, 'pending'])]));
  });

  it('are of one peering alone, and of one that there is', () => {
    const store = new Peerings();
    store.write(A, [
      [1, 'id-a'],
      [2, message([1, 'token'])],
    ]);
    store.write([
      [1, 'id-b'],
      [2, 'peer-b'],
    ]);
    const ofB = message([1, 'id-b'], [2, message([1, 'token'])]);
    assert.equal(
      text(store.carryOut(CommandType.peeringSecretsWrite, ofB)),
      'peering secret is already in use, retry the operation',
    );
    const ofNobody = message([1, 'id-c'], [2, message([1, 'other'])]);
    assert.match(text(store.carryOut(CommandType.peeringSecretsWrite, ofNobody)), /unknown peering/);
    assert.equal(store.records(40).length, 1);
  });

  it('of the dialing side are given once it is established', () => {
    const store = new Peerings();
    const dialing: readonly Part[] = [...A, [10, '10.0.0.1:8502']];
    assert.match(
      text(
        store.write(dialing, [
          [1, 'id-a'],
          [2, message([1, 'token'])],
        ]),
      ),
      /dialing/,
    );
    assert.deepEqual(store.records(35), [], 'the peering goes with its secrets');
    assert.deepEqual(
      store.write(dialing, [
        [1, 'id-a'],
        [5, message([1, 'stream'])],
      ]),
      NIL,
    );
    assert.deepEqual(store.records(40), stored([3, message([1, 'stream'])]));
  });
});

describe('messages', () => {
  it('are written again as they came', () => {
    const wide = fc.uint8Array({ maxLength: 200 });
    const part = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.oneof(fc.nat(), wide.map(Buffer.from)));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const bytes = message(...parts);
        assert.equal(Buffer.from(writeMessage(readMessage(bytes))).toString('hex'), bytes.toString('hex'));
      }),
    );
  });

  it('any bytes are read as one or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let read: ReturnType<typeof readMessage>;
        try {
          read = readMessage(bytes);
        } catch (error) {
          assert.equal((error as Error).message, 'a protobuf message is malformed');
          return;
        }
        assert.deepEqual(readMessage(writeMessage(read)), read);
      }),
    );
  });

  it('a restored state goes on from where it was', () => {
    const store = new Peerings();
    store.write(A, [
      [1, 'id-a'],
      [2, message([1, 'token'])],
    ]);
    const other = new Peerings();
    readAll(other, writeAll(store));
    assert.deepEqual(other.records(35), store.records(35));
    assert.deepEqual(other.write([...A, DELETED_AT, [6, DELETING]]), NIL);
    assert.deepEqual(other.records(40), []);
  });
});
