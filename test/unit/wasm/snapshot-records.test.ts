// Snapshot records against a recorded state.bin (test/data/raft/snapshot-records.json).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DecodeError } from '../../../src/msgpack/errors.js';
import { Crc64 } from '../../../src/wasm/crc.js';
import {
  decodeList,
  decodeStruct,
  encodeList,
  encodeStruct,
  StructReader,
  StructWriter,
} from '../../../src/wasm/struct.js';
import { registerSchema } from '../../../src/wire/schema/commands.js';
import { caConfigurationSchema, caProviderStateSchema, caRootSchema } from '../../../src/wire/schema/connect-ca.js';
import type { StructSchema } from '../../../src/wire/schema/kinds.js';
import { indexRecordSchema, snapshotHeaderSchema } from '../../../src/wire/schema/snapshot.js';
import {
  autopilotSchema,
  coordinatesKind,
  kvEntrySchema,
  sessionSchema,
  systemMetadataSchema,
} from '../../../src/wire/schema/state.js';
import { readJson } from '../../data.js';
import { printable, withoutReadings } from './printable.js';

interface Item {
  readonly offset: number;
  readonly len: number;
  readonly typeByte?: number;
  readonly hex: string;
  readonly body: unknown;
}
const { items, size } = readJson('raft/snapshot-records.json') as { items: Item[]; size: number };
const stream = new Uint8Array(Buffer.from(items.map((item) => item.hex).join(''), 'hex'));

const SCHEMAS = new Map<number, StructSchema<object>>([
  [0, registerSchema],
  [2, kvEntrySchema],
  [3, sessionSchema],
  [5, kvEntrySchema],
  [9, autopilotSchema],
  [13, caRootSchema],
  [14, caProviderStateSchema],
  [15, caConfigurationSchema],
  [16, indexRecordSchema],
  [31, systemMetadataSchema],
]);
const records = items.filter((item) => SCHEMAS.has(item.typeByte ?? -1));
const freeMaps = (item: Item): boolean => [0, 15].includes(item.typeByte ?? -1);

describe('records of a recorded snapshot', () => {
  it('is the whole stream', () => assert.equal(stream.length, size));

  it('reads and writes the header', () => {
    const { value, next } = decodeStruct(snapshotHeaderSchema, stream);
    assert.deepEqual(value, { LastIndex: 143 });
    assert.equal(next, items[1]?.offset);
    assert.deepEqual(encodeStruct(snapshotHeaderSchema, value), stream.slice(0, next));
  });

  it('reads every record in place and writes it again', () => {
    assert.ok(records.length > 60);
    for (const item of records) {
      const schema = SCHEMAS.get(item.typeByte ?? -1);
      assert.ok(schema !== undefined);
      const { value, next } = decodeStruct(schema, stream, item.offset + 1);
      assert.equal(next, item.offset + item.len);
      assert.deepEqual(printable(value), withoutReadings(item.body));
      const again = encodeStruct(schema, value);
      assert.deepEqual(decodeStruct(schema, again).value, value);
      assert.equal(again.length, item.len - 1);
      if (!freeMaps(item)) assert.equal(Buffer.from(again).toString('hex'), item.hex.slice(2));
    }
  });

  it('reads coordinates as bare lists', () => {
    const coordinates = items.filter((item) => item.typeByte === 6);
    assert.ok(coordinates.length > 0);
    for (const item of coordinates) {
      const { value, next } = decodeList(coordinatesKind, stream, item.offset + 1);
      assert.equal(next, item.offset + item.len);
      assert.deepEqual(value, item.body);
      assert.equal(Buffer.from(encodeList(coordinatesKind, value)).toString('hex'), item.hex.slice(2));
    }
  });

  it('writes and reads a stream', () => {
    const writer = new StructWriter();
    const header = { LastIndex: 143 };
    writer.struct(null, snapshotHeaderSchema, header);
    const values = records.map((item) => {
      const schema = SCHEMAS.get(item.typeByte ?? -1) ?? registerSchema;
      const { value } = decodeStruct(schema, stream, item.offset + 1);
      writer.struct(item.typeByte ?? 0, schema, value);
      return { typeByte: item.typeByte, schema, value };
    });
    writer.raw(Uint8Array.of(29, 0xc0));
    const length = writer.byteLength;
    const bytes = new Uint8Array(writer.take());
    assert.equal(bytes.length, length);
    assert.equal(writer.byteLength, 0);
    const reader = new StructReader(bytes);
    assert.deepEqual(reader.struct(snapshotHeaderSchema), header);
    for (const { typeByte, schema, value } of values) {
      assert.equal(reader.typeByte(), typeByte);
      assert.deepEqual(reader.struct(schema), value);
    }
    assert.equal(reader.typeByte(), 29);
    assert.equal(reader.isAtEnd, false);
    reader.close();
  });

  it('says that a record is cut short, wherever it is cut', () => {
    const item = records.find((each) => each.typeByte === 0);
    assert.ok(item !== undefined);
    for (let end = item.offset + 1; end < item.offset + item.len; end += 1) {
      assert.throws(
        () => decodeStruct(registerSchema, stream.slice(0, end), item.offset + 1),
        (error) => error instanceof DecodeError && error.code === 'truncated',
      );
    }
  });

  it("has the checksum of the snapshot's meta.json", () => {
    const crc = new Crc64();
    for (let at = 0; at < stream.length; at += 777) crc.update(stream.subarray(at, at + 777));
    assert.equal(Buffer.from(crc.digestBytes()).toString('base64'), 'rbac2pLZ+1o=');
  });
});
