// What the leader applies is the object that a request made, what a follower applies is read from the log: both must be the
// same for whatever a request may hold. Every command, hostile text and numbers included, is the same behind the encoder
// and the decoder, in both engines.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode, encode } from '../../../src/msgpack/codec.js';
import { recordKind } from '../../../src/msgpack/record-kinds.js';
import { readText, writeText } from '../../../src/msgpack/text.js';
import { CommandBatch, decodeCommand, decodePacked, encodeCommand } from '../../../src/wasm/commands.js';
import { decodeStruct, encodeStruct } from '../../../src/wasm/struct.js';
import type { Command, OpaqueCommand } from '../../../src/wire/commands.js';
import { CommandType } from '../../../src/wire/commands.js';
import {
  autopilotRequestSchema,
  deregisterSchema,
  federationStateRequestSchema,
  kvsSchema,
  registerSchema,
  sessionRequestSchema,
  systemMetadataRequestSchema,
  tombstoneSchema,
} from '../../../src/wire/schema/commands.js';
import type { StructSchema } from '../../../src/wire/schema/kinds.js';
import { coordinatesKind, kvEntrySchema } from '../../../src/wire/schema/state.js';
import { txnSchema } from '../../../src/wire/schema/txn.js';
import { hostileArbitrary, hostileText } from './arbitrary.js';

const SCHEMAS: readonly (readonly [CommandType, StructSchema<object>])[] = [
  [CommandType.register, registerSchema],
  [CommandType.deregister, deregisterSchema],
  [CommandType.kvs, kvsSchema],
  [CommandType.session, sessionRequestSchema],
  [CommandType.tombstone, tombstoneSchema],
  [CommandType.txn, txnSchema],
  [CommandType.autopilot, autopilotRequestSchema],
  [CommandType.systemMetadata, systemMetadataRequestSchema],
  [CommandType.federationState, federationStateRequestSchema],
];

function survives(command: Command | OpaqueCommand): void {
  assert.deepStrictEqual(decodeCommand(encodeCommand(command)), command);
}

for (const [type, schema] of SCHEMAS) {
  test(`${schema.name} is the same behind the log`, () => {
    const kind = recordKind(schema);
    fc.assert(
      fc.property(hostileArbitrary({ kind: 'struct', schema, nullable: false }), (body) => {
        survives({ type, body } as Command);
        const bytes = encode(kind, body as object);
        assert.deepStrictEqual(decode(kind, bytes), { ok: true, value: body, next: bytes.length });
      }),
      { numRuns: 60 },
    );
  });
}

test('coordinates and commands that lictor does not know are the same behind the log', () => {
  fc.assert(
    fc.property(hostileArbitrary(coordinatesKind), fc.uint8Array({ maxLength: 60, size: 'max' }), (body, bytes) => {
      survives({ type: CommandType.coordinates, body } as Command);
      survives({ type: 'opaque', typeByte: 107, bytes });
    }),
    { numRuns: 100 },
  );
});

test('many commands of one batch are the same, whatever the ones beside them hold', () => {
  const kvs = hostileArbitrary({ kind: 'struct', schema: kvsSchema, nullable: false });
  fc.assert(
    fc.property(fc.array(kvs, { maxLength: 12, size: 'max' }), (bodies) => {
      const batch = new CommandBatch();
      const commands = bodies.map((body) => ({ type: CommandType.kvs, body }) as Command);
      for (const command of commands) batch.append(command);
      assert.deepStrictEqual(decodePacked(batch.take()), commands);
    }),
    { numRuns: 60 },
  );
});

test('text that no border has seen is, once read, what its bytes say ever after', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const bytes = Buffer.alloc(text.length * 3);
      const length = writeText(bytes, text, 0);
      const once = readText(bytes, 0, length);
      const again = Buffer.alloc(once.length * 3);
      assert.deepEqual(again.subarray(0, writeText(again, once, 0)), bytes.subarray(0, length));
      const entry = { ...decodeStruct(kvEntrySchema, Uint8Array.of(0x80)).value, Key: text };
      const read = decodeStruct(kvEntrySchema, encodeStruct(kvEntrySchema, entry)).value;
      assert.equal(read.Key, once);
    }),
    { numRuns: 500 },
  );
});
