// The command codec against the recorded log of a stock server (test/data/raft/log-server.json).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DecodeError } from '../../../src/msgpack/errors.js';
import { CommandBatch, decodeCommand, decodePacked, encodeCommand } from '../../../src/wasm/commands.js';
import type { Command, OpaqueCommand } from '../../../src/wire/commands.js';
import { readJson } from '../../data.js';
import { printable, withoutReadings } from './printable.js';

interface LogItem {
  readonly index: number;
  readonly logTypeName: string;
  readonly data: { readonly hex?: string };
  readonly extensionsKind?: string;
  readonly command?: { readonly typeByte: number; readonly body: unknown };
}

const INTERPRETED = [0, 1, 2, 3, 5, 6, 7, 8, 9, 11, 13, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 30, 31, 43];
/** Interpreted, but not by this module's programs: intentions and config entries. */
const IN_JAVASCRIPT = [12, 22];
const items = (readJson('raft/log-server.json') as { items: LogItem[] }).items.filter(
  (item) => item.logTypeName === 'LogCommand' && item.data.hex !== undefined && item.command !== undefined,
);

/** Maps with free keys are written in random order by a stock server. */
function hasFreeMap(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return Object.entries(body).some(
    ([key, value]) =>
      (['NodeMeta', 'Meta', 'Config', 'TaggedAddresses', 'Header'].includes(key) &&
        typeof value === 'object' &&
        value !== null &&
        Object.keys(value).length > 1) ||
      hasFreeMap(value),
  );
}

function bytesOf(item: LogItem): Uint8Array {
  return new Uint8Array(Buffer.from(item.data.hex ?? '', 'hex'));
}

function typeOf({ command }: LogItem): number {
  return (command?.typeByte ?? 255) & 127;
}

function isInterpreted(item: LogItem): boolean {
  return INTERPRETED.includes(typeOf(item));
}

describe('commands of a recorded log', () => {
  const interpreted = items.filter(isInterpreted);

  it('has commands of every interpreted type but tombstones', () => {
    const types = new Set(interpreted.map((item) => (item.command?.typeByte ?? 255) & 127));
    assert.deepEqual(
      [...types].sort((a, b) => a - b),
      INTERPRETED.filter((type) => type !== 5),
    );
  });

  for (const item of interpreted) {
    it(`entry ${item.index} reads as recorded and is written again alike`, () => {
      const bytes = bytesOf(item);
      const command = decodeCommand(bytes);
      assert.notEqual(command.type, 'opaque');
      assert.deepEqual(printable((command as Command).body), withoutReadings(item.command?.body));
      const again = encodeCommand(command);
      assert.deepEqual(decodeCommand(again), command);
      if (hasFreeMap(item.command?.body)) assert.equal(again.length, bytes.length);
      else assert.equal(Buffer.from(again).toString('hex'), item.data.hex);
    });
  }

  it('keeps commands of other types as they are', () => {
    const others = items.filter((item) => !isInterpreted(item) && !IN_JAVASCRIPT.includes(typeOf(item)));
    assert.ok(others.length > 5);
    for (const item of others) {
      const bytes = bytesOf(item);
      const command = decodeCommand(bytes) as OpaqueCommand;
      assert.equal(command.type, 'opaque');
      assert.equal(command.typeByte, bytes[0]);
      assert.deepEqual(command.bytes, bytes.slice(1));
      assert.deepEqual(encodeCommand(command), bytes);
    }
  });

  it('reads and writes alike what JavaScript reads', () => {
    const read = items.filter((item) => IN_JAVASCRIPT.includes(typeOf(item)));
    assert.deepEqual(new Set(read.map(typeOf)), new Set(IN_JAVASCRIPT));
    for (const item of read) {
      const command = decodeCommand(bytesOf(item));
      assert.equal(command.type, typeOf(item));
      const again = encodeCommand(command);
      if (hasFreeMap(item.command?.body)) assert.equal(again.length, bytesOf(item).length);
      else assert.equal(Buffer.from(again).toString('hex'), item.data.hex);
    }
  });

  it('packs a batch of all of them', () => {
    const batch = new CommandBatch();
    const commands = items.map((item) => decodeCommand(bytesOf(item)));
    for (let round = 0; round < 3; round += 1) {
      let size = 0;
      for (const command of commands) {
        batch.append(command);
        size += encodeCommand(command).length + 4;
        assert.equal(batch.byteLength, size);
      }
      assert.equal(batch.count, commands.length);
      const packed = batch.take();
      assert.equal(packed.byteLength, size);
      assert.equal(batch.count, 0);
      assert.equal(batch.byteLength, 0);
      assert.deepEqual(decodePacked(packed), commands);
    }
  });

  it('keeps two batches apart', () => {
    const one = new CommandBatch();
    const two = new CommandBatch();
    const commands = items.map((item) => decodeCommand(bytesOf(item)));
    commands.forEach((command, index) => {
      (index % 3 === 0 ? one : two).append(command);
    });
    assert.deepEqual(
      decodePacked(two.take()),
      commands.filter((_, index) => index % 3 !== 0),
    );
    assert.deepEqual(
      decodePacked(one.take()),
      commands.filter((_, index) => index % 3 === 0),
    );
  });

  it('refuses every truncation of every command', () => {
    for (const item of interpreted) {
      const bytes = bytesOf(item);
      for (let length = 0; length < bytes.length; length += 1) {
        assert.throws(() => decodeCommand(bytes.slice(0, length)), DecodeError);
      }
    }
  });
});

describe('a tombstone command', () => {
  const item = (readJson('raft/encodings.json') as { items: { name: string; hex: string }[] }).items.find((each) =>
    each.name.startsWith('Tombstone'),
  );
  it('reads and is written as recorded', () => {
    const bytes = new Uint8Array(Buffer.from(item?.hex ?? '', 'hex'));
    const command = decodeCommand(bytes);
    assert.deepEqual(command, { type: 5, body: { Datacenter: 'dc1', Token: '', Op: 'reap', ReapIndex: 4242 } });
    assert.deepEqual(encodeCommand(command), bytes);
  });
});
