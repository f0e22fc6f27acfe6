// A schema that is used for the first time while a source is already being read must be known to the module by then.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StructReader } from '../../../src/wasm/struct.js';
import { indexRecordSchema } from '../../../src/wire/schema/snapshot.js';
import { autopilotSchema } from '../../../src/wire/schema/state.js';

const CONFIG = {
  CleanupDeadServers: true,
  DisableUpgradeMigration: false,
  LastContactThreshold: 200_000_000,
  MaxTrailingLogs: 250,
  MinQuorum: 0,
  RedundancyZoneTag: '',
  ServerStabilizationTime: 10_000_000_000,
  UpgradeVersionTag: '',
  CreateIndex: 7,
  ModifyIndex: 9,
};

test('a schema first used in the middle of a source decodes right', () => {
  // Written by hand, so that the second schema is new to the reader: {"Key":"kvs","Value":5}.
  const first = Buffer.from('82a34b6579a36b7673a556616c756505', 'hex');
  const reader = new StructReader(Buffer.concat([first, recorded()]));
  assert.deepEqual({ ...reader.struct(indexRecordSchema) }, { Key: 'kvs', Value: 5 });
  assert.deepEqual({ ...reader.struct(autopilotSchema) }, CONFIG);
  reader.close();
});

/** The configuration as msgpack, made without the schema under test. */
function recorded(): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0xa0 | value.length]), Buffer.from(value)]);
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(5, 0xce);
    bytes.writeUInt32BE(value, 1);
    return bytes;
  };
  const u64 = (value: number): Buffer => {
    const bytes = Buffer.alloc(9, 0xcf);
    bytes.writeBigUInt64BE(BigInt(value), 1);
    return bytes;
  };
  return Buffer.concat([
    Buffer.from([0x8a]),
    text('CleanupDeadServers'),
    Buffer.from([0xc3]),
    text('CreateIndex'),
    Buffer.from([7]),
    text('DisableUpgradeMigration'),
    Buffer.from([0xc2]),
    text('LastContactThreshold'),
    u32(200_000_000),
    text('MaxTrailingLogs'),
    Buffer.from([0xcc, 250]),
    text('MinQuorum'),
    Buffer.from([0]),
    text('ModifyIndex'),
    Buffer.from([9]),
    text('RedundancyZoneTag'),
    text(''),
    text('ServerStabilizationTime'),
    u64(10_000_000_000),
    text('UpgradeVersionTag'),
    text(''),
  ]);
}
