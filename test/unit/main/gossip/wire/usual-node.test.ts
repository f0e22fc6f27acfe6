import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PushPullNode, pushPullNode } from '../../../../../src/main/gossip/wire/messages.js';
import { UsualNodeReader } from '../../../../../src/main/gossip/wire/usual-node.js';
import { decode, encode } from '../../../../../src/msgpack/codec.js';

const raw = (maxLength: number) => fc.uint8Array({ maxLength });
const anyNode: fc.Arbitrary<PushPullNode> = fc.record({
  Name: fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 300 })),
  Addr: fc.option(raw(16)),
  Port: fc.nat(65535),
  Meta: fc.option(raw(600)),
  Incarnation: fc.oneof(fc.nat(300), fc.nat(0xffffffff)),
  State: fc.nat(300),
  Vsn: fc.option(raw(6)),
});

function written(node: PushPullNode): Buffer {
  return Buffer.from(encode(pushPullNode, node));
}

/** In a reader that has read others before; what it reads must be what the tables read. */
function isRead(reader: UsualNodeReader, bytes: Buffer, offset: number): boolean {
  const usual = reader.read(bytes, offset);
  if (usual === null) return false;
  const read = decode(pushPullNode, bytes, offset);
  assert.ok(read.ok);
  assert.deepEqual(
    { ...usual, Meta: Buffer.from(usual.Meta ?? []).toString('hex') },
    { ...read.value, Meta: Buffer.from(read.value.Meta ?? []).toString('hex') },
  );
  assert.equal(reader.next, read.next);
  return true;
}

test('nodes as agents write them are read as by the tables, one behind the other', () => {
  const reader = new UsualNodeReader();
  const run = (nodes: readonly PushPullNode[], before: number): void => {
    const bytes = Buffer.concat([Buffer.alloc(before, 0x87), ...nodes.map(written)]);
    let offset = before;
    for (const node of nodes) {
      const isUsual = node.Addr !== null && node.Meta !== null && node.Vsn !== null && node.State < 256;
      if (isRead(reader, bytes, offset)) assert.ok(node.Addr !== null && node.Meta !== null && node.Vsn !== null);
      else assert.ok(!isUsual || Buffer.byteLength(node.Name) > 1024);
      offset += written(node).length;
    }
  };
  fc.assert(fc.property(fc.array(anyNode, { maxLength: 5 }), fc.nat(3), run));
});

test('one that is cut off is left to the tables, wherever it ends', () => {
  const node = {
    Name: 'a',
    Addr: new Uint8Array(16),
    Port: 8301,
    Meta: new Uint8Array(40),
    Incarnation: 70000,
    State: 1,
  };
  const bytes = written({ ...node, Vsn: new Uint8Array(6) });
  const reader = new UsualNodeReader();
  for (let end = 0; end < bytes.length; end += 1) {
    // A view in a memory of its own: reading on behind its end would throw.
    assert.equal(reader.read(Buffer.from(new Uint8Array(bytes.subarray(0, end)).buffer), 0), null, String(end));
  }
  assert.ok(isRead(reader, bytes, 0));
});

test('changed bytes never throw, and never read as anything else than by the tables', () => {
  const reader = new UsualNodeReader();
  const run = (node: PushPullNode, at: number, byte: number): void => {
    const bytes = written(node);
    bytes[at % bytes.length] = byte;
    isRead(reader, bytes, 0);
  };
  fc.assert(fc.property(anyNode, fc.nat(700), fc.nat(255), run), { numRuns: 2000 });
});

test('versions that are the same bytes are one view', () => {
  const node = { Name: 'a', Addr: new Uint8Array(4), Port: 1, Meta: Uint8Array.of(1), Incarnation: 1, State: 0 };
  const reader = new UsualNodeReader();
  const read = (...Vsn: number[]) => reader.read(written({ ...node, Vsn: Uint8Array.from(Vsn) }), 0)?.Vsn;
  const first = read(1, 5, 2);
  assert.equal(read(1, 5, 2), first);
  assert.deepEqual(read(1, 5, 3), Uint8Array.of(1, 5, 3));
});
