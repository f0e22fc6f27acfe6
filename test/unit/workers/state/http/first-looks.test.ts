// What each request is looked at for first, by loops over its bytes: they take what the expressions in the rules say.

import assert from 'node:assert/strict';
import type net from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsWork } from '../../../../../src/workers/state/http/engine/target.js';
import type { AnswerBuffer } from '../../../../../src/workers/state/http/net/answer-buffer.js';
import { Connection } from '../../../../../src/workers/state/http/net/connection.js';
import { BusyTurns } from '../../../../../src/workers/state/sockets/busy-turns.js';

/** Takes whatever is written. */
function deaf(): net.Socket {
  return new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }) as net.Socket;
}

test('a path needs work where it has escapes, empty or dot segments, or anything but printable ASCII', () => {
  const rule = /%|\/\/|\/\.|[^\x20-\x7e]/;
  const unit = fc.constantFrom('/', '.', '%', 'a', ' ', '~', '\x7f', '\x1f', '\u00e9', '-');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12 }), (path) => {
      assert.equal(needsWork(path), rule.test(path), JSON.stringify(path));
    }),
    { numRuns: 2000 },
  );
});

test('a Host holds the characters of RFC 3986, and blanks behind it do not count', () => {
  const taken = (host: string): boolean => {
    let calls = 0;
    const connection = new Connection(deaf(), '127.0.0.1', {
      limits: { maxHeaderBytes: 8192, maxConnectionsPerClient: 1, slowHeaderMs: 1, slowBodyMs: 1, slowBodyBytes: 1 },
      listener: () => {
        calls += 1;
      },
      stopping: false,
      impatient: new Set(),
      turns: new BusyTurns<AnswerBuffer>((answers) => answers.flush()),
      left: () => {},
    });
    connection.read(Buffer.from(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 'latin1'));
    return calls === 1;
  };
  for (let code = 0x21; code <= 0xff; code++) {
    const host = `a${String.fromCharCode(code)}b`;
    assert.equal(taken(host), /^[A-Za-z0-9\-._~!$&'()*+,;=:%[\]]*$/.test(host), JSON.stringify(host));
  }
  assert.ok(taken('[::1]:8500 \t'));
  assert.ok(taken(''));
  assert.ok(!taken('a b'));
});
