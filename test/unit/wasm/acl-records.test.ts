// Tokens and what they are made of, in both engines, against a recorded log and snapshot of a stock server.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decode, encode } from '../../../src/msgpack/codec.js';
import { recordKind } from '../../../src/msgpack/record-kinds.js';
import { decodeStruct, encodeStruct } from '../../../src/wasm/struct.js';
import * as acl from '../../../src/wire/schema/acl.js';
import type { StructSchema } from '../../../src/wire/schema/kinds.js';
import { readJson } from '../../data.js';
import { arbitrary } from './arbitrary.js';
import { printable, withoutReadings } from './printable.js';

const COMMANDS = new Map<number, StructSchema<object>>([
  [11, acl.aclBootstrapSchema],
  [17, acl.aclTokenSetSchema],
  [18, acl.aclTokenDeleteSchema],
  [19, acl.aclPolicySetSchema],
  [20, acl.aclPolicyDeleteSchema],
  [23, acl.aclRoleSetSchema],
  [24, acl.aclRoleDeleteSchema],
  [25, acl.aclBindingRuleSetSchema],
  [26, acl.aclBindingRuleDeleteSchema],
  [27, acl.aclAuthMethodSetSchema],
  [28, acl.aclAuthMethodDeleteSchema],
]);
const RECORDS = new Map<number, StructSchema<object>>([
  [17, acl.aclTokenSchema],
  [19, acl.aclPolicySchema],
  [23, acl.aclRoleSchema],
  [25, acl.aclBindingRuleSchema],
  [27, acl.aclAuthMethodSchema],
]);

interface Recorded {
  readonly what: string;
  readonly schema: StructSchema<object>;
  readonly hex: string;
  readonly body: unknown;
  /** A stock server writes its keys in no order. */
  readonly hasFreeMap: boolean;
}

interface Command {
  readonly index: number;
  readonly data: { readonly hex?: string };
  readonly command?: { readonly typeByte: number; readonly body: unknown };
}
interface SnapshotRecord {
  readonly offset: number;
  readonly typeByte?: number;
  readonly hex: string;
  readonly body: unknown;
}

function commands(): Recorded[] {
  const { items } = readJson('raft/log-server.json') as { items: readonly Command[] };
  return items.flatMap(({ index, command, data }) => {
    const schema = COMMANDS.get(command?.typeByte ?? -1);
    if (schema === undefined) return [];
    const hex = data.hex?.slice(2) ?? '';
    return [{ what: `entry ${index}`, schema, hex, body: command?.body, hasFreeMap: command?.typeByte === 27 }];
  });
}

function records(): Recorded[] {
  const { items } = readJson('raft/snapshot-records.json') as { items: readonly SnapshotRecord[] };
  return items.flatMap(({ offset, typeByte, hex, body }) => {
    const schema = RECORDS.get(typeByte ?? -1);
    if (schema === undefined) return [];
    return [{ what: `record at ${offset}`, schema, hex: hex.slice(2), body, hasFreeMap: typeByte === 27 }];
  });
}

describe('recorded tokens, policies, roles, binding rules and auth methods', () => {
  it('are of every kind', () => {
    assert.deepEqual(new Set(commands().map(({ schema }) => schema)), new Set(COMMANDS.values()));
    assert.deepEqual(new Set(records().map(({ schema }) => schema)), new Set(RECORDS.values()));
  });

  for (const { what, schema, hex, body, hasFreeMap } of [...commands(), ...records()]) {
    it(`${what} (${schema.name}) reads as recorded and is written again alike, by both engines`, () => {
      const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
      const { value, next } = decodeStruct(schema, bytes);
      assert.equal(next, bytes.length);
      assert.deepEqual(printable(value), withoutReadings(body));
      assert.deepEqual(decode(recordKind(schema), bytes), { ok: true, value, next });
      for (const again of [encodeStruct(schema, value), encode(recordKind(schema), value)]) {
        if (hasFreeMap) assert.equal(again.length, bytes.length);
        else assert.equal(Buffer.from(again).toString('hex'), hex);
      }
    });
  }

  for (const schema of [...COMMANDS.values(), ...RECORDS.values()]) {
    it(`${schema.name}: both engines write any value alike and read it back`, () => {
      fc.assert(
        fc.property(arbitrary({ kind: 'struct', schema, nullable: false }), (value) => {
          const bytes = encodeStruct(schema, value as object);
          assert.ok(Buffer.from(bytes).equals(encode(recordKind(schema), value as object)));
          assert.deepEqual(decodeStruct(schema, bytes).value, value);
          assert.deepEqual(decode(recordKind(schema), bytes), { ok: true, value, next: bytes.length });
        }),
        { numRuns: 40 },
      );
    });
  }
});
