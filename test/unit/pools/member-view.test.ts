import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memberOf } from '../../../src/main/pools/member-view.js';
import { tagsText } from '../../../src/wire/gossip/member-tags.js';
import { metaOf, recordedNode } from './recorded.js';

test('a recorded member looks as the API shows it', () => {
  const { Name, Addr, Port, Meta, Vsn } = recordedNode('LAN', 'cli1');
  assert.ok(Addr !== null && Meta !== null);
  const address = { ip: Addr, port: Port };
  const member = { name: Name, address, meta: Meta, versionBytes: Vsn, status: 'alive' as const, statusLTime: 2 };
  assert.deepEqual(memberOf(member), {
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

test('IPv6 is compressed, statuses are numbers, missing versions are zero', () => {
  const ip = Uint8Array.from(Buffer.from('20010db8000000000000000000000001', 'hex'));
  const shown = memberOf({
    name: 'a',
    address: { ip, port: 1 },
    meta: metaOf({}),
    versionBytes: null,
    status: 'failed',
    statusLTime: 0,
  });
  assert.deepEqual([shown.address, shown.tags, shown.status, shown.protocolMax], ['2001:db8::1', '{}', 4, 0]);
});

test("a lictor server's own tag is no tag of Consul's; of anybody else it is whatever it is", () => {
  const shown = (tags: { readonly [name: string]: string }) => {
    const address = { ip: Uint8Array.of(10, 0, 0, 1), port: 1 };
    const about = { name: 'a', address, versionBytes: null, status: 'alive', statusLTime: 0 } as const;
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
