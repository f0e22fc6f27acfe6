// Edges: strings that aren't UTF-8, the range of integers, zero values, long values, memory after large messages.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { DecodeError, EncodeError } from '../../../src/msgpack/errors.js';
import { MAX_MESSAGE_BYTES } from '../../../src/msgpack/limits.js';
import { zeroStruct } from '../../../src/msgpack/zero.js';
import { CommandBatch, decodeCommand, decodePacked, encodeCommand } from '../../../src/wasm/commands.js';
import { scanner } from '../../../src/wasm/decoder.js';
import { operands } from '../../../src/wasm/encoder.js';
import { KEPT_MEMORY_BYTES } from '../../../src/wasm/module.js';
import { decodeStruct, encodeStruct, StructReader, StructWriter } from '../../../src/wasm/struct.js';
import type { Command, TxnRequest } from '../../../src/wire/commands.js';
import type { KvEntry } from '../../../src/wire/records.js';
import { checkSchema, serviceSchema } from '../../../src/wire/schema/catalog.js';
import { kvsSchema, registerSchema } from '../../../src/wire/schema/commands.js';
import { indexRecordSchema } from '../../../src/wire/schema/snapshot.js';
import { kvEntrySchema, sessionSchema } from '../../../src/wire/schema/state.js';

const entry: KvEntry = {
  LockIndex: 0,
  Key: 'a/key',
  Flags: 0,
  Value: null,
  Session: '',
  CreateIndex: 0,
  ModifyIndex: 0,
};

function kvs(value: Partial<KvEntry>): Command {
  return { type: 2, body: { Datacenter: 'dc1', Token: '', Op: 'set', DirEnt: { ...entry, ...value } } };
}

/** msgpack of {Key: raw}. */
function keyMessage(raw: Uint8Array): Uint8Array {
  return Uint8Array.of(0x81, 0xa3, 0x4b, 0x65, 0x79, 0xda, raw.length >> 8, raw.length & 255, ...raw);
}

describe('strings', () => {
  it('take any bytes and give them back', () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.constantFrom('é', '€', '😀', '\ufffd', '\ufeff', 'abc', 'x'.repeat(60)).map((text) => Buffer.from(text)),
      fc.constantFrom([0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf0, 0x9f]).map(Buffer.from),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        const raw = new Uint8Array(Buffer.concat(parts));
        const { value } = decodeStruct(kvEntrySchema, keyMessage(raw));
        const valid = Buffer.from(Buffer.from(raw).toString('utf8'), 'utf8').equals(raw);
        if (valid) assert.equal(value.Key, Buffer.from(raw).toString('utf8'));
        const again = encodeStruct(kvEntrySchema, value);
        assert.deepEqual(again, encodeStruct(kvEntrySchema, decodeStruct(kvEntrySchema, again).value));
        assert.ok(Buffer.from(again).includes(Buffer.from(raw)));
      }),
      { numRuns: 500 },
    );
  });

  it('map an invalid byte to U+DC80 … U+DCFF', () => {
    const { value } = decodeStruct(kvEntrySchema, keyMessage(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0x80)));
    assert.equal(value.Key, 'a\udcff\u00e9\udc80');
  });

  it('write a lone surrogate that is no escape as U+FFFD', () => {
    const bytes = encodeStruct(kvEntrySchema, { ...entry, Key: 'a\ud800b' });
    assert.equal(decodeStruct(kvEntrySchema, bytes).value.Key, 'a\ufffdb');
  });

  it('are refused when they are none', () => {
    assert.throws(() => encodeStruct(kvEntrySchema, { ...entry, Key: 5 as unknown as string }), EncodeError);
  });

  it('never use str8', () => {
    for (const length of [0, 31, 32, 39, 40, 41, 200, 255, 256, 65535, 65536]) {
      const Key = 'k'.repeat(length);
      const bytes = encodeStruct(indexRecordSchema, { Key, Value: 0 });
      const tag = length < 32 ? 0xa0 + length : length < 65536 ? 0xda : 0xdb;
      assert.equal(bytes[5], tag);
      assert.equal(decodeStruct(indexRecordSchema, bytes).value.Key, Key);
    }
  });
});

describe('integers', () => {
  it('keep the full unsigned range, in shortest form', () => {
    const cases: [number | bigint, string][] = [
      [127, '7f'],
      [128, 'cc80'],
      [65535, 'cdffff'],
      [2 ** 31, 'ce80000000'],
      [2 ** 32, 'cf0000000100000000'],
      [(1n << 64n) - 1n, 'cfffffffffffffffff'],
      [1n << 63n, 'cf8000000000000000'],
    ];
    for (const [Value, hex] of cases) {
      const bytes = encodeStruct(indexRecordSchema, { Key: '', Value });
      assert.ok(Buffer.from(bytes).toString('hex').endsWith(hex), hex);
      assert.equal(decodeStruct(indexRecordSchema, bytes).value.Value, Value);
    }
  });

  it('are refused when they are none', () => {
    for (const Value of [1.5, Number.NaN, -1, 2 ** 64, 1n << 64n]) {
      assert.throws(() => encodeStruct(indexRecordSchema, { Key: '', Value }), EncodeError);
    }
    const session = zeroStruct(sessionSchema);
    assert.throws(() => encodeStruct(sessionSchema, { ...session, LockDelay: 2 ** 63 * 1.5 }), EncodeError);
    assert.throws(
      () => decodeStruct(indexRecordSchema, encode({ Value: -1 })),
      (error) => error instanceof DecodeError && error.code === 'integer-overflow',
    );
  });

  it('the longest duration stays the longest', () => {
    const bytes = Uint8Array.of(0x81, ...Buffer.from('\xa9LockDelay\xcf\x7f\xff\xff\xff\xff\xff\xff\xff', 'latin1'));
    const again = encodeStruct(sessionSchema, decodeStruct(sessionSchema, bytes).value);
    assert.ok(Buffer.from(again).toString('hex').includes('cf7fffffffffffffff'));
  });
});

describe('zero values', () => {
  it('stand for missing fields and nil', () => {
    const zero = { ...entry, Key: '' };
    assert.deepEqual(decodeStruct(kvEntrySchema, Uint8Array.of(0x80)).value, zero);
    assert.deepEqual(decodeStruct(kvEntrySchema, Uint8Array.of(0xc0)).value, zero);
    assert.deepEqual(decodeStruct(kvEntrySchema, encode({ Key: null, Flags: null, Value: null })).value, zero);
    const { value } = decodeStruct(registerSchema, encode({ Service: {}, Check: { Definition: null } }));
    assert.deepEqual(value.Service, zeroStruct(serviceSchema));
    assert.equal(value.Check?.Definition.HTTP, '');
  });

  it('keep nil and empty apart', () => {
    for (const Value of [null, new Uint8Array(0)]) {
      const bytes = encodeStruct(kvEntrySchema, { ...entry, Value });
      assert.deepEqual(decodeStruct(kvEntrySchema, bytes).value.Value, Value);
    }
    for (const Tags of [null, []]) {
      const bytes = encodeStruct(serviceSchema, { ...zeroStruct(serviceSchema), Tags });
      assert.deepEqual(decodeStruct(serviceSchema, bytes).value.Tags, Tags);
    }
  });

  it('encode alike whether shared or not', () => {
    const shared = zeroStruct(serviceSchema);
    const own = structuredClone(shared);
    assert.deepEqual(encodeStruct(serviceSchema, own), encodeStruct(serviceSchema, shared));
    assert.ok(Object.isFrozen(shared.Proxy));
  });
});

describe('free-form values', () => {
  it('keep a member called __proto__', () => {
    const proxy = zeroStruct(serviceSchema).Proxy;
    const Config = JSON.parse('{"__proto__": {"x": 1}, "n": 3}') as { [key: string]: number };
    const value = { ...zeroStruct(serviceSchema), Meta: JSON.parse('{"__proto__": "m"}'), Proxy: { ...proxy, Config } };
    const again = decodeStruct(serviceSchema, encodeStruct(serviceSchema, value)).value;
    assert.deepEqual(Object.keys(again.Proxy.Config ?? {}), ['__proto__', 'n']);
    assert.deepEqual(Object.entries(again.Meta ?? {}), [['__proto__', 'm']]);
  });

  it('are refused when nested too deeply, and skipped at any depth', () => {
    const deep = Uint8Array.of(...new Array(5000).fill(0x91), 0xc0);
    const skipped = Uint8Array.of(0x81, 0xa1, 0x7a, ...deep);
    assert.equal(decodeStruct(kvEntrySchema, skipped).next, skipped.length);
    const peerMeta = Uint8Array.of(
      0x81,
      0xa7,
      ...Buffer.from('Connect'),
      0x81,
      0xa8,
      ...Buffer.from('PeerMeta'),
      ...deep,
    );
    assert.throws(
      () => decodeStruct(serviceSchema, peerMeta),
      (error) => error instanceof DecodeError && error.code === 'too-deep',
    );
  });
});

describe('long values', () => {
  const sizes = [2047, 2048, 16_000, 16_384, 70_000, 300_000];

  it('round-trip, alone and in batches', () => {
    const batch = new CommandBatch();
    const commands = sizes.map((size) =>
      kvs({ Value: new Uint8Array(size).map((_, at) => at * 13), Session: 'after' }),
    );
    commands.push(kvs({}));
    for (const command of commands) {
      const bytes = encodeCommand(command);
      assert.deepEqual(decodeCommand(bytes), command);
      assert.throws(() => decodeCommand(bytes.slice(0, -1)), DecodeError);
      batch.append(command);
    }
    const size = batch.byteLength;
    const packed = batch.take();
    assert.equal(packed.byteLength, size);
    assert.deepEqual(decodePacked(packed), commands);
  });

  it('many in one transaction', () => {
    const Ops = Array.from({ length: 100 }, (_, index) => ({
      KV: { Verb: 'set', DirEnt: { ...entry, Key: `k${index}`, Value: new Uint8Array(3000).fill(index) } },
      Node: null,
      Service: null,
      Check: null,
      Session: null,
      Intention: null,
    }));
    const command: Command = { type: 8, body: { Datacenter: 'dc1', Token: '', Ops } };
    assert.deepEqual(decodeCommand(encodeCommand(command)), command);
  });

  it('read from a stream of records, some of them long', () => {
    const writer = new StructWriter();
    const values = Array.from({ length: 300 }, (_, index) => ({
      ...entry,
      Key: `key-${index}`.padEnd(index % 7 === 0 ? 5000 : 10, 'é'),
      Value: index % 10 === 0 ? new Uint8Array(30_000).fill(index) : new Uint8Array(5),
    }));
    for (const value of values) writer.struct(2, kvEntrySchema, value);
    const reader = new StructReader(Buffer.from(writer.take()));
    for (const value of values) {
      assert.equal(reader.typeByte(), 2);
      assert.deepEqual(reader.struct(kvEntrySchema), value);
    }
    assert.ok(reader.isAtEnd);
    reader.close();
  });

  it('views do not outlive what they are most of; small values are copies', () => {
    const large = decodeCommand(encodeCommand(kvs({ Value: new Uint8Array(100_000) }))) as {
      body: { DirEnt: KvEntry };
    };
    assert.ok((large.body.DirEnt.Value?.buffer.byteLength ?? 0) < 200_001);
    const batch = new CommandBatch();
    for (let i = 0; i < 20; i += 1) batch.append(kvs({ Value: new Uint8Array(100) }));
    for (const command of decodePacked(batch.take()) as { body: { DirEnt: KvEntry } }[]) {
      assert.equal(command.body.DirEnt.Value?.buffer.byteLength, 100);
    }
    const pooled = Buffer.from([2, ...encode({ DirEnt: { Value: new Uint8Array(50).fill(7) } })]);
    const { body } = decodeCommand(pooled) as { body: { DirEnt: KvEntry } };
    pooled.fill(0);
    assert.deepEqual(body.DirEnt.Value, new Uint8Array(50).fill(7));
    assert.equal(body.DirEnt.Value?.constructor, Uint8Array);
    const opaque = Buffer.from([99, 1, 2]);
    const kept = decodeCommand(opaque);
    opaque.fill(0);
    assert.deepEqual(kept, { type: 'opaque', typeByte: 99, bytes: Uint8Array.of(1, 2) });
  });
});

describe('large messages', () => {
  it('are refused above the bound', () => {
    const half = new Uint8Array(MAX_MESSAGE_BYTES / 2);
    assert.throws(
      () => encodeCommand(kvs({ Value: new Uint8Array(MAX_MESSAGE_BYTES + 1) })),
      (error) => error instanceof EncodeError && error.code === 'too-large',
    );
    assert.deepEqual(decodeCommand(encodeCommand(kvs({ Value: half }))), kvs({ Value: half }));
    assert.throws(
      () => decodeStruct(kvsSchema, new Uint8Array(MAX_MESSAGE_BYTES + 1)),
      (error) => error instanceof DecodeError && error.code === 'too-large',
    );
  });

  it('do not leave a large memory behind', () => {
    const Output = 'x'.repeat(6 * 1024 * 1024);
    const service = { ...zeroStruct(serviceSchema), Address: Output };
    const bytes = encodeStruct(serviceSchema, service);
    assert.ok(operands.bytes.length <= KEPT_MEMORY_BYTES);
    assert.equal(decodeStruct(serviceSchema, bytes).value.Address.length, Output.length);
    assert.ok(scanner.bytes.length <= KEPT_MEMORY_BYTES);
    assert.deepEqual(decodeCommand(encodeCommand(kvs({}))), kvs({}));
  });

  it('many elements in few bytes are bounded', () => {
    const count = 40 * 1024 * 1024;
    const checks = Buffer.alloc(count + 12, 0x81);
    checks.set(Buffer.from('\x81\xa6Checks\xdd', 'latin1'));
    checks.writeUInt32BE(count, 9);
    assert.throws(() => decodeStruct(registerSchema, new Uint8Array(checks)), DecodeError);
    const nils = Buffer.alloc(count + 13, 0x80);
    nils.set(Buffer.from('\x81\xa6Checks\xdd', 'latin1'));
    nils.writeUInt32BE(count, 9);
    assert.throws(
      () => decodeStruct(registerSchema, new Uint8Array(nils)),
      (error) => error instanceof DecodeError && error.code === 'too-many-values',
    );
    assert.ok(scanner.bytes.length <= KEPT_MEMORY_BYTES);
    assert.deepEqual(decodeCommand(encodeCommand(kvs({}))), kvs({}));
  });

  it('whatever the encoder takes can be read again', () => {
    // As many elements as its operands have room for, each a byte: eight times that when read.
    const Tags = Array.from({ length: 3_900_000 }, () => '');
    const Service = { ...zeroStruct(serviceSchema), Tags };
    const operation = { KV: null, Node: null, Check: null, Session: null, Intention: null };
    const one = (length: number) => ({
      ...operation,
      Service: { Verb: 'set', Node: 'n', Service: { ...Service, Tags: Tags.slice(0, length) } },
    });
    const Ops = [3_900_000, 3_000_000, 2_300_000, 1_700_000].map(one);
    const bytes = encodeCommand({ type: 8, body: { Datacenter: 'dc1', Token: '', Ops } });
    const { body } = decodeCommand(bytes) as { body: TxnRequest };
    assert.equal(body.Ops?.[3]?.Service?.Service.Tags?.length, 1_700_000);
    assert.ok(scanner.bytes.length <= KEPT_MEMORY_BYTES);
  });

  it('lists within lists: long ones first, then many without', () => {
    const check = zeroStruct(checkSchema);
    const long = Array.from({ length: 40 }, (_, index) => ({
      ...check,
      ServiceTags: Array.from({ length: 3000 }, (_, tag) => `t${tag}`),
      Definition: { ...check.Definition, Header: { a: [`${index}`], b: null } },
    }));
    const short = Array.from({ length: 6000 }, (_, index) => ({ ...check, CheckID: `c${index}` }));
    const value = { ...zeroStruct(registerSchema), Checks: [...long, ...short] };
    assert.deepEqual(decodeStruct(registerSchema, encodeStruct(registerSchema, value)).value, value);
  });

  it('a batch keeps its messages when another user needs the memory, or makes it larger', () => {
    const batch = new CommandBatch();
    const commands = Array.from({ length: 50 }, (_, index) => kvs({ Key: `k${index}`.padEnd(index * 400, '\u20ac') }));
    for (const command of commands) {
      batch.append(command);
      encodeStruct(serviceSchema, {
        ...zeroStruct(serviceSchema),
        Address: command.type === 2 ? command.body.DirEnt.Key : '',
      });
    }
    const Tags = Array.from({ length: 100_000 }, (_, index) => `tag-${index}`);
    const register = { ...zeroStruct(registerSchema), Service: { ...zeroStruct(serviceSchema), Tags } };
    commands.push({ type: 0, body: register });
    batch.append({ type: 0, body: register });
    assert.throws(() => batch.append(kvs({ Flags: 1.5 })), EncodeError);
    assert.deepEqual(decodePacked(batch.take()), commands);
  });
});
