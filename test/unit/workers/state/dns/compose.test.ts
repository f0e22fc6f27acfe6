// One reply from an answer: what decodes from it, what is left out where it doesn't fit, and in which order it comes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import fc from 'fast-check';
import { type Answer, answer } from '../../../../../src/workers/state/dns/message/answer.js';
import { composeReply, type ReplyOptions } from '../../../../../src/workers/state/dns/message/compose.js';
import { type Name, nameFromText } from '../../../../../src/workers/state/dns/message/name.js';
import { Type } from '../../../../../src/workers/state/dns/message/protocol.js';
import {
  addressRecord,
  nameRecord,
  type ResourceRecord,
  soaRecord,
  srvRecord,
  textRecord,
} from '../../../../../src/workers/state/dns/message/record.js';
import { MessageWriter } from '../../../../../src/workers/state/dns/message/writer.js';
import { Random, runSeed } from '../../../../random.js';
import { type Asked, query } from './message.js';

interface Decoded {
  readonly flags: number;
  readonly answers: readonly packet.Answer[];
  readonly authorities: readonly packet.Answer[];
  readonly additionals: readonly packet.Answer[];
}

const writer = new MessageWriter();
const random = new Random(runSeed);
/** Every property starts from the run's seed. */
const seeded = { seed: runSeed };
const defaults: ReplyOptions = {
  transport: 'udp',
  compress: true,
  enableTruncate: true,
  udpAnswerLimit: 3,
  recursionAvailable: false,
  random: () => random.next(),
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
    fc.record({ kind: fc.constant('TXT'), owner: host, data: fc.string({ maxLength: 600, size: 'max' }) }),
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12, size: 'max' }), fc.boolean(), (wanted, compress) => {
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
    seeded,
  );
});

/** How long `count` answers with their glue are when nothing is dropped: no TXT, no OPT. */
function gluedLength(count: number, compress: boolean): number {
  const items = Array.from({ length: count }, (_, index) => {
    const { record, additional } = instance(index);
    return { record, additional: additional.slice(0, 1) };
  });
  return reply(srv, answer({ items }), { transport: 'tcp', compress }).bytes.length;
}

test('a reply has as many answers as its asker takes and no more, and the glue of each SRV left', () => {
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
        const limit = isTcp ? 65_523 : Math.max(512, edns ?? 512);
        assert.ok(bytes.length <= limit, `${bytes.length} > ${limit}`);
        const left = message.answers.length;
        assert.equal((message.flags & packet.TRUNCATED_RESPONSE) !== 0, left < count);
        const glue = new Set(
          message.additionals.filter((got) => got.type === 'A').map((got) => ('name' in got ? got.name : '')),
        );
        for (const got of message.answers) assert.ok(got.type === 'SRV' && glue.has(got.data.target));
        assert.equal(glue.size, left);
        if (left === count) return;
        assert.ok(left >= 1);
        const isSmall = !isTcp && limit === 512;
        if (isSmall && left === Math.max(1, Math.min(8, udpAnswerLimit))) return;
        // Where the number is limited, too, lengths are those without compression.
        const oneMore = gluedLength(left + 1, compress && !isSmall);
        // With all of them there would have been TXT and OPT besides.
        if (left + 1 < count) assert.ok(oneMore > limit - (isTcp ? 0 : 8), `${left} of ${count}, ${oneMore} would do`);
      },
    ),
    { ...seeded, numRuns: 300 },
  );
});

test('over UDP eight bytes below the limit stay free, as long as there is something to drop', () => {
  const items = Array.from({ length: 10 }, (_, index) => {
    const { record, additional } = instance(index);
    return { record, additional: additional.slice(0, 1) };
  });
  const whole = gluedLength(10, true) + 11;
  const answers = (edns: number) => reply({ ...srv, edns }, answer({ items })).message.answers.length;
  assert.equal(answers(whole + 8), 10);
  assert.equal(answers(whole + 7), 9);
  const nine = gluedLength(9, true);
  assert.equal(answers(nine + 8), 9);
  assert.equal(answers(nine + 7), 8);
  // A single answer has nothing to drop.
  const [one] = items;
  assert.ok(one !== undefined);
  const record = { ...one, additional: Array.from({ length: 20 }, () => one.additional).flat() };
  const length = reply({ ...srv, edns: 4096 }, answer({ items: [record] })).bytes.length;
  const fits = reply({ ...srv, edns: length }, answer({ items: [record] }));
  assert.equal(fits.bytes.length, length);
  assert.equal(fits.message.additionals.length, 21);
});

test('thousands of instances are cut to what TCP takes, and TC says so', () => {
  const items = Array.from({ length: 5000 }, (_, index) => instance(index));
  const { message, bytes } = reply(srv, answer({ items }), { transport: 'tcp' });
  assert.ok(bytes.length <= 65_523);
  // An SRV record and its glue take less than 80 bytes.
  assert.ok(bytes.length > 65_523 - 80, `${bytes.length}`);
  assert.ok(message.answers.length <= 1024);
  assert.notEqual(message.flags & packet.TRUNCATED_RESPONSE, 0);
  const silent = reply(srv, answer({ items }), { transport: 'tcp', enableTruncate: false });
  assert.equal(silent.message.flags & packet.TRUNCATED_RESPONSE, 0, 'only when enable_truncate is set');
});

test('one answer with too much beside it keeps as much of that as fits', () => {
  const texts = Array.from({ length: 64 }, (_, index) => textRecord(null, `key${index + 10}=${'x'.repeat(40)}`, 0));
  const address = addressRecord(null, Uint8Array.of(10, 0, 0, 1), 0);
  const asked = { name: 'foo.node.consul', type: 'A' };
  const { bytes, message } = reply(asked, answer({ answers: [address], additional: texts }));
  assert.ok(bytes.length <= 512);
  assert.equal(message.answers.length, 1);
  const kept = message.additionals.length;
  const oneMore = answer({ answers: [address], additional: texts.slice(0, kept + 1) });
  assert.ok(kept > 0 && reply(asked, oneMore, { transport: 'tcp' }).bytes.length > 512, `${kept} kept`);
  assert.deepEqual(
    message.additionals.map((got) => (got.type === 'TXT' ? String(got.data).slice(0, 5) : got.type)),
    Array.from({ length: kept }, (_, index) => `key${index + 10}`),
    'from the first on',
  );
  const long = Array.from({ length: 3 }, () => textRecord(null, 'x'.repeat(500), 0));
  const one = reply({ name: 'foo.node.consul', type: 'TXT' }, answer({ answers: long.slice(0, 1) }));
  assert.equal(one.message.answers.length, 0);
  assert.notEqual(one.message.flags & packet.TRUNCATED_RESPONSE, 0);
});

test('each order of the instances is as likely as any other', () => {
  const counts = new Map<string, number>();
  for (let round = 0; round < 24_000; round++) {
    // Anew each time: an answer that is shuffled again and again would even out what one shuffle does wrong.
    const items = [0, 1, 2].map((index) => ({
      record: addressRecord(null, Uint8Array.of(10, 0, 0, index), 0),
      additional: [],
    }));
    const { answers } = reply({ name: 'web.service.consul', type: 'A', edns: 1232 }, answer({ items })).message;
    const order = answers.map((got) => (got.type === 'A' ? got.data : '')).join(' ');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  // Five standard deviations of a binomial with 24,000 tries at one in six.
  for (const [order, count] of counts) assert.ok(Math.abs(count - 4000) < 289, `${order}: ${count}, seed ${runSeed}`);
});

test('where only some of many can be taken, each is taken as often as any other', () => {
  const counts = new Array<number>(20).fill(0);
  for (let round = 0; round < 8000; round++) {
    const items = counts.map((_, index) => ({
      record: addressRecord(null, Uint8Array.of(10, 0, 0, index), 0),
      additional: [],
    }));
    const { answers } = reply({ name: 'web.service.consul', type: 'A' }, answer({ items })).message;
    assert.equal(answers.length, 3);
    for (const got of answers) {
      const index = got.type === 'A' ? Number(got.data.split('.')[3]) : -1;
      counts[index] = (counts[index] ?? 0) + 1;
    }
  }
  // Five standard deviations of a binomial with 8,000 tries at three in twenty.
  for (const count of counts) assert.ok(Math.abs(count - 1200) < 160, `${counts}, seed ${runSeed}`);
});
