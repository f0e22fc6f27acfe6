// What Go holds in a uint64 may be any number up to 2^64 - 1: a leader that isn't lictor puts what users sent into the log, and a
// command that can't be read ends every server. (The bytes are made by an independent implementation.)

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from '@msgpack/msgpack';
import { decodeCommand } from '../../../../../../src/wasm/commands.js';
import { type ApplyResult, CommandType } from '../../../../../../src/wire/commands.js';
import { check, register, service, TestStore } from '../store/commands.js';
import { decodeMessage } from '../store/decode.js';
import { recordsOf, writeAll } from '../store/stream.js';

const LARGEST = 2n ** 64n - 1n;
/** Of which a number is not exact. */
const WIDE = [LARGEST, 2n ** 63n, 2n ** 53n + 2n] as const;

function command(type: number, body: unknown): Uint8Array {
  return Buffer.concat([Uint8Array.of(type), encode(body, { useBigInt64: true })]);
}

function filled(): TestStore {
  const store = new TestStore();
  store.runAll(register({ Service: service({ ID: 'web' }), Check: check({ ServiceID: 'web' }) }));
  return store;
}

function apply(store: TestStore, bytes: Uint8Array): ApplyResult {
  return store.apply(store.appliedIndex + 1, decodeCommand(bytes));
}

const OPERATIONS = [
  ['a key', (ModifyIndex: bigint) => ({ KV: { Verb: 'cas', DirEnt: { Key: 'k', ModifyIndex } } })],
  ['a node', (ModifyIndex: bigint) => ({ Node: { Verb: 'cas', Node: { Node: 'n1', ModifyIndex } } })],
  [
    'a service',
    (ModifyIndex: bigint) => ({ Service: { Verb: 'delete-cas', Node: 'n1', Service: { ID: 'web', ModifyIndex } } }),
  ],
  [
    'a check',
    (ModifyIndex: bigint) => ({ Check: { Verb: 'delete-cas', Check: { Node: 'n1', CheckID: 'c1', ModifyIndex } } }),
  ],
] as const;

describe('integers of 64 bits without a sign', () => {
  for (const [what, operation] of OPERATIONS) {
    it(`the index that ${what} is compared with: it is stale`, () => {
      for (const index of WIDE) {
        const result = apply(filled(), command(CommandType.txn, { Ops: [operation(index)] }));
        assert.ok(result.kind === 'txn');
        assert.match(result.value.Errors?.[0]?.What ?? '', /, index is stale$/);
      }
    });
  }

  it('the index that a config entry is compared with: nothing is written', () => {
    for (const ModifyIndex of WIDE) {
      const entry = { Kind: 'service-defaults', Name: 'web', ModifyIndex };
      const parts = ['service-defaults', { Datacenter: 'dc1', Entry: entry, Op: 'upsert-cas', Token: '' }];
      const body = Buffer.concat(parts.map((part) => encode(part, { useBigInt64: true })));
      const result = apply(
        filled(),
        Buffer.concat([Uint8Array.of(CommandType.configEntry, 0xda), lengthOf(body), body]),
      );
      assert.deepEqual(result, { kind: 'bool', value: false });
    }
  });

  it("autopilot's limits: they are in the snapshot as they came, as near as a number is", () => {
    for (const [given, kept] of [
      [LARGEST, LARGEST],
      [2n ** 63n, 2n ** 63n],
      [250n, 250],
    ] as const) {
      const store = new TestStore();
      const Config = { MaxTrailingLogs: given, MinQuorum: given };
      assert.deepEqual(apply(store, command(CommandType.autopilot, { CAS: false, Config })), { kind: 'nil' });
      const { hex } = recordsOf(writeAll(store)).find(({ type }) => type === CommandType.autopilot) ?? assert.fail();
      const { MaxTrailingLogs, MinQuorum } = decodeMessage(Buffer.from(hex, 'hex')) as { [name: string]: unknown };
      assert.deepEqual([MaxTrailingLogs, MinQuorum], [kept, kept]);
    }
  });
});

function lengthOf({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length >> 8, length & 0xff);
}
