import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tagsText } from '../../../../../src/wire/gossip/member-tags.js';
import { memberOf } from '../../../../../src/workers/state/gossip/members/member-view.js';
import { metaOf, recordedNode } from '../../../main/pools/recorded.js';

test('a recorded member looks as the API shows it', () => {
  const { Name, Addr, Port, Meta, Vsn } = recordedNode('LAN', 'cli1');
  assert.ok(Addr !== null && Meta !== null);
  assert.deepEqual(memberOf({ name: Name, ip: Addr, port: Port, meta: Meta, versionBytes: Vsn, status: 1 }), {
    name: 'cli1',
    address: '127.0.0.1',
    port: 24311,
    tags:
      '{"build":"1.21.4:","dc":"dc1","id":"11111111-2222-4333-8444-000000000002","role":"node","segment":"",' +
      '"vsn":"2","vsn_max":"3","vsn_min":"2"}',
    status: 1,
    protocolMin: 1,
    protocolMax: 5,
    protocolCurrent: 2,
    delegateMin: 2,
    delegateMax: 5,
    delegateCurrent: 4,
  });
});

test('IPv6 is compressed, missing and incomplete versions are zero', () => {
  const ip = Uint8Array.from(Buffer.from('20010db8000000000000000000000001', 'hex'));
  for (const versionBytes of [null, Uint8Array.of(1, 5, 2)]) {
    const shown = memberOf({ name: 'a', ip, port: 1, meta: metaOf({}), versionBytes, status: 4 });
    assert.deepEqual([shown.address, shown.tags, shown.status, shown.protocolMax], ['2001:db8::1', '{}', 4, 0]);
  }
});

test("a lictor server's own tag is no tag of Consul's; of anybody else it is whatever it is", () => {
  const shown = (tags: { readonly [name: string]: string }) => {
    const about = { name: 'a', ip: Uint8Array.of(10, 0, 0, 1), port: 1, versionBytes: null, status: 1 };
    const { tags: text, takesPackedLog } = memberOf({ ...about, meta: metaOf(tags) });
    return [text, takesPackedLog];
  };
  assert.deepEqual(shown({ role: 'consul', lz: '1' }), ['{"role":"consul"}', true]);
  assert.deepEqual(shown({ role: 'consul' }), ['{"role":"consul"}', undefined]);
  assert.deepEqual(shown({ role: 'consul', lz: '2' }), ['{"lz":"2","role":"consul"}', undefined]);
  assert.deepEqual(shown({ role: 'node', lz: '1' }), ['{"lz":"1","role":"node"}', undefined]);
});

test('tags are escaped as Go does and sorted by their bytes', () => {
  const tags = new Map([
    ['\u{1f600}', '1'],
    ['\ufffd', '2'],
    ['a<b', '"&'],
    ['__proto__', '3'],
  ]);
  assert.equal(tagsText(tags), '{"__proto__":"3","a\\u003cb":"\\"\\u0026","\ufffd":"2","\u{1f600}":"1"}');
});

test('any tags come back from their text', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
      const tags = new Map(pairs);
      const read = Object.entries(JSON.parse(tagsText(tags)) as { [name: string]: string });
      assert.deepEqual(new Map(read), tags);
    }),
  );
});

test('members that differ by their ID alone are shown with their own, whatever is in it', () => {
  const about = { name: 'a', ip: Uint8Array.of(10, 0, 0, 1), port: 1, versionBytes: null, status: 1 };
  const value = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', 'é', '\u2028'), maxLength: 3 });
  const run = (role: string, ids: readonly string[]): void => {
    for (const id of ids) {
      const tags = { a: role, id, role: 'node', z: '"' };
      assert.equal(memberOf({ ...about, meta: metaOf(tags) }).tags, tagsText(new Map(Object.entries(tags))));
    }
  };
  fc.assert(fc.property(value, fc.array(value, { maxLength: 6 }), run));
});
