import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import fc from 'fast-check';
import { type Answer, answer } from '../../../src/workers/state/dns/answer.js';
import { composeReply, type ReplyOptions } from '../../../src/workers/state/dns/compose.js';
import { type Name, nameFromText } from '../../../src/workers/state/dns/name.js';
import { Type } from '../../../src/workers/state/dns/protocol.js';
import {
  addressRecord,
  nameRecord,
  type ResourceRecord,
  soaRecord,
  srvRecord,
  textRecord,
} from '../../../src/workers/state/dns/record.js';
import { MessageWriter } from '../../../src/workers/state/dns/writer.js';
import { type Asked, query } from './message.js';

interface Decoded {
  readonly flags: number;
  readonly answers: readonly packet.Answer[];
  readonly authorities: readonly packet.Answer[];
  readonly additionals: readonly packet.Answer[];
}

const writer = new MessageWriter();
const defaults: ReplyOptions = {
  transport: 'udp',
  compress: true,
  enableTruncate: true,
  udpAnswerLimit: 3,
  recursionAvailable: false,
  random: Math.random,
  serial: 1_700_000_000,
};

function name(text: string): Name {
  const made = nameFromText(text);
  assert.ok(made !== null, text);
  return made;
}

function reply(asked: Asked, of: Answer, options: Partial<ReplyOptions> = {}): { bytes: Buffer; message: Decoded } {
  const length = composeReply(writer, query(asked), of, { ...defaults, ...options });
  const bytes = writer.take(length);
  const { flags = 0, answers = [], authorities = [], additionals = [] } = packet.decode(bytes);
  return { bytes, message: { flags, answers, authorities, additionals } };
}

function instance(index: number): { record: ResourceRecord; additional: ResourceRecord[] } {
  const target = name(`node-${String(index).padStart(4, '0')}.node.dc1.consul`);
  const address = Uint8Array.of(10, 0, index >> 8, index & 0xff);
  return {
    record: srvRecord(1, 9000, target, 0),
    additional: [addressRecord(target, address, 0), textRecord(target, 'key=value', 0)],
  };
}

const srv = { name: 'crowd.service.consul', type: 'SRV' };

test('ten SRV answers take 450 bytes and their glue points into the targets', () => {
  const items = Array.from({ length: 10 }, (_, index) => {
    const item = instance(index);
    return { ...item, additional: item.additional.slice(0, 1) };
  });
  const { bytes, message } = reply({ ...srv, edns: 4096 }, answer({ items }));
  assert.equal(message.answers.length, 10);
  assert.equal(message.additionals.length, 11);
  // Header and question 38; an SRV 2 + 10 + 6 + 27, its glue 2 + 10 + 4; OPT 11.
  assert.equal(bytes.length, 38 + 10 * (45 + 16) + 11);
});

test('every record decodes as it was meant', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
  const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => `${labels.join('.')}.consul`);
  const record = fc.oneof(
    fc.record({ kind: fc.constant('A'), owner: host, data: fc.ipV4() }),
    fc.record({ kind: fc.constantFrom('CNAME', 'NS', 'PTR'), owner: host, data: host }),
    fc.record({ kind: fc.constant('SRV'), owner: host, data: host }),
    fc.record({ kind: fc.constant('TXT'), owner: host, data: fc.string({ maxLength: 600 }) }),
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), fc.boolean(), (wanted, compress) => {
      const records = wanted.map(({ kind, owner, data }) => {
        if (kind === 'A') return addressRecord(name(owner), Uint8Array.from(data.split('.'), Number), 7);
        if (kind === 'TXT') return textRecord(name(owner), data, 7);
        if (kind === 'SRV') return { ...srvRecord(1, 80, name(data), 7), owner: name(owner) };
        return nameRecord(name(owner), Type[kind as 'CNAME' | 'NS' | 'PTR'], name(data), 7);
      });
      const soa = soaRecord(name('consul').wire, { refreshS: 3600, retryS: 600, expireS: 86_400, minTtlS: 5 });
      const asked = { name: 'web.service.consul', type: 'ANY' };
      const { message } = reply(asked, answer({ additional: records, authority: [soa] }), {
        transport: 'tcp',
        compress,
      });
      assert.deepEqual(
        message.additionals.map((got) => {
          assert.equal('ttl' in got ? got.ttl : undefined, 7);
          if (got.type === 'SRV') return [got.type, got.name, got.data.target];
          if (got.type === 'TXT')
            return [got.type, got.name, Buffer.concat([got.data].flat().map((part) => Buffer.from(part))).toString()];
          return [got.type, got.name, 'data' in got ? got.data : null];
        }),
        wanted.map(({ kind, owner, data }) => [kind, owner, kind === 'TXT' ? Buffer.from(data).toString() : data]),
      );
      const [authority] = message.authorities;
      assert.ok(authority?.type === 'SOA');
      assert.deepEqual(authority.data, {
        mname: 'ns.consul',
        rname: 'hostmaster.consul',
        serial: 1_700_000_000,
        refresh: 3600,
        retry: 600,
        expire: 86_400,
        minimum: 5,
      });
    }),
  );
});

test('a reply is never longer than its asker takes, and keeps the glue of each SRV left', () => {
  fc.assert(
    fc.property(
      fc.nat(400),
      fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
      fc.boolean(),
      fc.nat(9),
      fc.boolean(),
      (count, edns, compress, udpAnswerLimit, isTcp) => {
        const items = Array.from({ length: count }, (_, index) => instance(index));
        const asked = edns === undefined ? srv : { ...srv, edns };
        const options = { compress, udpAnswerLimit, transport: isTcp ? 'tcp' : 'udp' } as const;
        const { bytes, message } = reply(asked, answer({ items }), options);
        const limit = isTcp ? 65_535 : Math.max(512, edns ?? 512);
        assert.ok(bytes.length <= limit, `${bytes.length} > ${limit}`);
        const glue = new Set(
          message.additionals.filter((got) => got.type === 'A').map((got) => ('name' in got ? got.name : '')),
        );
        for (const got of message.answers) assert.ok(got.type === 'SRV' && glue.has(got.data.target));
        const isTruncated = (message.flags & packet.TRUNCATED_RESPONSE) !== 0;
        assert.equal(isTruncated, !isTcp || count <= 1024 ? message.answers.length < count : isTruncated);
        if (count > 0) assert.ok(message.answers.length > 0);
      },
    ),
  );
});

test('thousands of instances are cut to what TCP takes', () => {
  const items = Array.from({ length: 5000 }, (_, index) => instance(index));
  const { message, bytes } = reply(srv, answer({ items }), { transport: 'tcp' });
  assert.ok(bytes.length <= 65_523);
  assert.ok(message.answers.length <= 1024 && message.answers.length > 500);
});

test('one answer with too much beside it is cut beside it', () => {
  const texts = Array.from({ length: 64 }, (_, index) => textRecord(null, `key${index}=${'x'.repeat(500)}`, 0));
  const address = addressRecord(null, Uint8Array.of(10, 0, 0, 1), 0);
  const { bytes, message } = reply(
    { name: 'foo.node.consul', type: 'A' },
    answer({ answers: [address], additional: texts }),
  );
  assert.ok(bytes.length <= 512);
  assert.equal(message.answers.length, 1);
  const one = reply({ name: 'foo.node.consul', type: 'TXT' }, answer({ answers: texts.slice(0, 1) }));
  assert.equal(one.message.answers.length, 0);
  assert.notEqual(one.message.flags & packet.TRUNCATED_RESPONSE, 0);
});

test('each instance comes first as often as any other', () => {
  const items = Array.from({ length: 5 }, (_, index) => ({
    record: addressRecord(null, Uint8Array.of(10, 0, 0, index), 0),
    additional: [],
  }));
  const counts = new Map<string, number>();
  for (let round = 0; round < 5000; round++) {
    const [first] = reply({ name: 'web.service.consul', type: 'A', edns: 1232 }, answer({ items })).message.answers;
    const address = first?.type === 'A' ? first.data : '';
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  assert.equal(counts.size, 5);
  // Five standard deviations of a binomial with 5000 tries at one in five.
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 142, String(count));
});
