// Message encoding and decoding against the best alternative, msgpackr, on messages of 64 B, 1400 B and 64 KiB. Run:
//   node dist/bench/micro/codec.js
// msgpackr is set up to write the same maps (useRecords: false, variableMapSize: true) and gets its fields in wire
// order. It writes byte values as bin and long text as str8, so byte equality with Consul's messages is out of its
// reach; decoding, it takes raw values for text. Each number is the median of several short runs.

import { Packr } from 'msgpackr';
import { CommandBatch, decodeCommand, decodePacked, encodeCommand } from '../../src/wasm/commands.js';
import type { Command } from '../../src/wire/commands.js';
import { type Comparison, compare, printTable } from './measure.js';
import { kvsCommand, registerCommand, wireOrdered } from './messages.js';

const packr = new Packr({ useRecords: false, variableMapSize: true });
// Values from a batch must be copies on both sides: a view would keep the whole batch alive.
const copyingPackr = new Packr({ useRecords: false, variableMapSize: true, copyBuffers: true });

function packedByPackr(commands: readonly { type: number; body: unknown }[]): ArrayBuffer {
  const parts = commands.map(({ body }) => packr.pack(body));
  const size = parts.reduce((sum, part) => sum + part.length + 5, 0);
  const result = Buffer.allocUnsafeSlow(size);
  let at = 0;
  parts.forEach((part, index) => {
    at = result.writeUInt32LE(part.length + 1, at);
    at = result.writeUInt8(commands[index]?.type ?? 0, at);
    result.set(part, at);
    at += part.length;
  });
  return result.buffer as ArrayBuffer;
}

function unpackByPackr(entries: ArrayBuffer): unknown[] {
  const bytes = Buffer.from(entries);
  const values: unknown[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32LE(at);
    values.push(copyingPackr.unpack(bytes.subarray(at + 5, at + 4 + size)));
    at += 4 + size;
  }
  return values;
}

const shapes: readonly { readonly name: string; readonly commands: readonly Command[] }[] = [
  { name: 'KVS set, 64 B value', commands: varied((i) => kvsCommand(64, i)) },
  { name: 'KVS set, 1400 B value', commands: varied((i) => kvsCommand(1400, i)) },
  { name: 'KVS set, 64 KiB value', commands: varied((i) => kvsCommand(65536, i)) },
  { name: 'register node (360 B)', commands: varied((i) => registerCommand('node', i)) },
  { name: 'register service (1.1 KB)', commands: varied((i) => registerCommand('service', i)) },
  { name: 'register service + check (1.7 KB)', commands: varied((i) => registerCommand('check', i)) },
];

function varied(make: (index: number) => Command): Command[] {
  return Array.from({ length: 64 }, (_, index) => make(index));
}

const rows: Comparison[] = [];
for (const { name, commands } of shapes) {
  const ordered = commands.map((command) => ({ type: command.type, body: wireOrdered(command.body) }));
  const encoded = commands.map((command) => encodeCommand(command));
  const bodies = ordered.map(({ body }) => Buffer.from(packr.pack(body)));
  const parsed = encoded.map((bytes) => decodeCommand(bytes));
  const size = encoded[0]?.length ?? 0;
  const count = commands.length;
  const batch = new CommandBatch();
  const label = `${name}: ${size} B`;
  const each = (run: (index: number) => unknown) => (): void => {
    for (let i = 0; i < count; i += 1) run(i);
  };
  rows.push(
    compare(`encode ${label}`, count, {
      wasm: each((i) => encodeCommand(commands[i] as Command)),
      msgpackr: each((i) => packr.pack(ordered[i]?.body)),
    }),
    compare(`encode decoded ${label}`, count, {
      wasm: each((i) => encodeCommand(parsed[i] as Command)),
      msgpackr: each((i) => packr.pack(ordered[i]?.body)),
    }),
    compare(`decode ${label}`, count, {
      wasm: each((i) => decodeCommand(encoded[i] as Uint8Array)),
      msgpackr: each((i) => packr.unpack(bodies[i] as Buffer)),
    }),
  );
  const packed = packedByPackr(ordered);
  for (const command of commands) batch.append(command);
  const ours = batch.take();
  rows.push(
    compare(`encode batch of 64, ${label}`, count, {
      wasm: () => {
        for (const command of commands) batch.append(command);
        return batch.take();
      },
      msgpackr: () => packedByPackr(ordered),
    }),
    compare(`decode batch of 64, ${label}`, count, {
      wasm: () => decodePacked(ours),
      msgpackr: () => unpackByPackr(packed),
    }),
  );
}
printTable(
  'msgpack: the WASM codec against msgpackr',
  rows,
  'wasm all the same: the time is that of copying the value',
);
