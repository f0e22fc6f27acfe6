// Resolvers spell a name in ever new ways (0x20): each reply repeats its question's spelling, and none of them costs memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import fc from 'fast-check';
import { Responder } from '../../../../../src/workers/state/dns/responder.js';
import { Catalog, defaultDns } from '../../../../integration/dns/catalog.js';
import { questionPacket } from './message.js';

function respondOver(catalog: Catalog, disableCompression: boolean): Responder {
  return new Responder({
    config: { ...defaultDns, disableCompression },
    local: catalog.local,
    datacenter: 'dc1',
    nodeName: 'n1',
    random: () => 0,
    nowMs: () => 0,
  });
}

function cluster(): Catalog {
  const catalog = new Catalog();
  for (let node = 1; node <= 3; node += 1) {
    catalog.register({
      Node: `Node${node}`,
      Address: `10.0.0.${node}`,
      NodeMeta: { Rack: 'A1' },
      Service: { ID: 'web', Service: 'web', Port: 80, Address: node === 2 ? '10.1.1.1' : '' },
    });
  }
  catalog.register({
    Node: 'Node1',
    Address: '10.0.0.1',
    Service: { ID: 'one', Service: 'one', Port: 80 },
  });
  catalog.register({ Node: 'Node1', Address: '10.0.0.1', Service: { ID: 'consul', Service: 'consul', Port: 8300 } });
  return catalog;
}

const NAMES = [
  ['web.service.consul', 'A'],
  ['web.service.consul', 'SRV'],
  ['one.service.consul', 'SRV'],
  ['one.service.dc1.consul', 'A'],
  ['node1.node.consul', 'ANY'],
  ['node1.node.consul', 'TXT'],
  ['absent.service.consul', 'A'],
  ['anything.consul', 'NS'],
  ['anything.consul', 'SOA'],
  ['0a000001.addr.dc1.consul', 'A'],
  ['1.0.0.10.in-addr.arpa', 'PTR'],
] as const;

/** A name with the letters that `bits` has in upper case. */
function spell(name: string, bits: readonly boolean[]): string {
  return [...name].map((letter, at) => (bits[at] ? letter.toUpperCase() : letter)).join('');
}

const spelling = fc.array(fc.boolean(), { minLength: 26, maxLength: 26 });

test('whatever was asked before, a question is answered as if it were the first', () => {
  const catalog = cluster();
  const asked = fc.tuple(fc.constantFrom(...NAMES), spelling, fc.constantFrom('udp', 'tcp'));
  fc.assert(
    fc.property(
      fc.array(asked, { minLength: 1, maxLength: 12, size: 'max' }),
      fc.boolean(),
      (questions, disableCompression) => {
        const warm = respondOver(catalog, disableCompression);
        for (const [[name, type], bits, transport] of questions) {
          const question = questionPacket({ name: spell(name, bits), type, edns: 4096 });
          // The order of the items is that of the answer, which each reply moves: compared without it.
          const show = (responder: Responder) => {
            const reply = responder.respond(question, transport as 'udp' | 'tcp');
            assert.ok(reply !== null);
            const { questions: echoed, answers = [], authorities = [], additionals = [] } = packet.decode(reply.bytes);
            const lines = [answers, authorities, additionals].map((records) =>
              records.map((record) => JSON.stringify(record)).sort(),
            );
            return { echoed, lines, length: reply.bytes.length };
          };
          const shown = show(warm);
          assert.deepEqual(shown, show(respondOver(catalog, disableCompression)));
          assert.equal(shown.echoed?.[0]?.name, spell(name, bits));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a name of the zone is spelled as in the question from the domain on, whichever spelling came first', () => {
  const responder = respondOver(cluster(), false);
  for (const domain of ['consul', 'CONSUL', 'cOnSuL']) {
    const reply = responder.respond(questionPacket({ name: `oNe.Service.${domain}`, type: 'SRV', edns: 4096 }), 'udp');
    assert.ok(reply !== null);
    const { answers = [], additionals = [] } = packet.decode(reply.bytes);
    assert.deepEqual(
      answers.map((record) => [record.name, record.type === 'SRV' ? record.data.target : '']),
      [[`oNe.Service.${domain}`, `Node1.node.dc1.${domain}`]],
    );
    assert.equal(additionals[0]?.name, `Node1.node.dc1.${domain}`);
    const hex = responder.respond(questionPacket({ name: `0A000001.Addr.${domain}`, type: 'A' }), 'udp');
    assert.ok(hex !== null);
    assert.equal(packet.decode(hex.bytes).answers?.[0]?.name, `0a000001.addr.${domain}`);
  }
});

test('two thousand spellings of one name cost one kept answer', () => {
  const catalog = cluster();
  const responder = respondOver(catalog, false);
  const ask = (number: number) => {
    const bits = Array.from({ length: 18 }, (_, at) => ((number >> at) & 1) === 1);
    assert.ok(responder.respond(questionPacket({ name: spell('web.service.consul', bits), type: 'SRV' }), 'udp'));
  };
  ask(0);
  const { questions, bytes } = responder.kept;
  for (let number = 1; number <= 2000; number += 1) ask(number);
  assert.deepEqual(responder.kept, { questions, bytes });
  assert.equal(questions, 1);
});
