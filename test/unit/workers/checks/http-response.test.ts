import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  MAX_HEAD_BYTES,
  type ResponseHead,
  ResponseReader,
} from '../../../../src/workers/checks/http/http-response.js';

interface Read {
  head: ResponseHead | null;
  body: string;
  /** `undefined` while the response isn't complete. */
  error: string | null | undefined;
}

function read(pieces: readonly Buffer[], method = 'GET', closes = true): Read {
  const result: Read = { head: null, body: '', error: undefined };
  const reader = new ResponseReader(method, {
    head: (head) => {
      assert.equal(result.head, null, 'one head only');
      result.head = head;
    },
    body: (piece) => {
      assert.equal(result.error, undefined, 'no body after the end');
      result.body += piece.toString('latin1');
    },
    end: (error) => {
      assert.equal(result.error, undefined, 'one end only');
      result.error = error;
    },
  });
  for (const piece of pieces) reader.push(piece);
  if (closes) reader.close();
  return result;
}

function readText(text: string, method?: string, closes?: boolean): Read {
  return read([Buffer.from(text, 'latin1')], method, closes);
}

const BROKEN = 'net/http: HTTP/1.x transport connection broken: ';

test('a response is read the same wherever it is split', () => {
  const header = fc.constantFrom('X-A: 1', 'Content-Encoding: gzip', 'Location: /x', 'Content-Type: text/plain', 'x:');
  const body = fc.string({ unit: 'binary-ascii', maxLength: 60, size: 'max' });
  const response = fc
    .record({
      status: fc.constantFrom('200 OK', '204 No Content', '404 Not Found', '200', '503 Für'),
      headers: fc.array(header, { maxLength: 4 }),
      body,
      framing: fc.constantFrom('length', 'chunked', 'close'),
      newline: fc.constantFrom('\r\n', '\n'),
      informational: fc.boolean(),
    })
    .map(({ status, headers, body, framing, newline, informational }) => {
      const lines = [`HTTP/1.1 ${status}`, ...headers];
      let payload = body;
      if (framing === 'length') lines.push(`Content-Length: ${body.length}`);
      if (framing === 'chunked') {
        lines.push('Transfer-Encoding: chunked');
        const half = body.length >> 1;
        const chunks = [body.slice(0, half), body.slice(half)].filter((chunk) => chunk !== '');
        payload = `${chunks.map((chunk) => `${chunk.length.toString(16)};x=y\r\n${chunk}\r\n`).join('')}0\r\nT: 1\r\n\r\n`;
      }
      const first = informational ? `HTTP/1.1 103 Early Hints${newline}Link: x${newline}${newline}` : '';
      return { status, body, text: `${first}${lines.join(newline)}${newline}${newline}${payload}` };
    });
  fc.assert(
    fc.property(response, fc.array(fc.nat(), { maxLength: 12, size: 'max' }), ({ status, body, text }, cuts) => {
      const bytes = Buffer.from(text, 'latin1');
      const whole = read([bytes]);
      assert.equal(whole.error, null);
      assert.equal(whole.head?.code, Number(status.slice(0, 3)));
      assert.equal(whole.body, status.startsWith('204') ? '' : body);
      const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
      const pieces = places.map((place, at) => bytes.subarray(places[at - 1] ?? 0, place));
      pieces.push(bytes.subarray(places.at(-1) ?? 0));
      assert.deepEqual(read(pieces), whole);
      assert.deepEqual(read(Array.from(bytes, (byte) => Buffer.from([byte]))), whole);
    }),
  );
});

test('any bytes at all end in a result', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), fc.boolean(), (bytes, likeHttp) => {
      const prefix = likeHttp ? 'HTTP/1.1 200 OK\r\n' : '';
      const result = read([Buffer.concat([Buffer.from(prefix), bytes])]);
      assert.notEqual(result.error, undefined);
    }),
  );
});

const errors: readonly [name: string, text: string, error: string][] = [
  ['closed at once', '', 'EOF'],
  ['closed in the status line', 'HTTP/1.1 20', `${BROKEN}unexpected EOF`],
  ['closed in the headers', 'HTTP/1.1 200 OK\r\nA: b\r\n', `${BROKEN}unexpected EOF`],
  ['closed in a counted body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab', 'unexpected EOF'],
  ['closed in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', 'unexpected EOF'],
  ['no space', 'SSH-2.0-OpenSSH_9\r\n', `${BROKEN}malformed HTTP response "SSH-2.0-OpenSSH_9"`],
  ['no code', 'not http at all\r\n', `${BROKEN}malformed HTTP status code "http"`],
  ['odd version', 'ICY 200 OK\r\n', `${BROKEN}malformed HTTP version "ICY"`],
  ['no colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', `${BROKEN}malformed MIME header: missing colon: "nonsense"`],
  ['bad length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', `${BROKEN}bad Content-Length "-1"`],
  ['odd coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\n', `${BROKEN}unsupported transfer encoding: "x"`],
  ['bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 'invalid byte in chunk length'],
];
for (const [name, text, error] of errors) {
  test(`refused: ${name}`, () => {
    assert.equal(readText(text).error, error);
  });
}

test('a head without end is given up at its limit, however it drips', () => {
  const piece = Buffer.from(`X: ${'a'.repeat(1000)}\r\n`);
  const pieces = [Buffer.from('HTTP/1.1 200 OK\r\n')];
  while (pieces.length < 100) pieces.push(piece);
  const result = read(pieces, 'GET', false);
  assert.equal(result.error, `net/http: server response headers exceeded ${MAX_HEAD_BYTES} bytes; aborted`);
});

test('responses without body end with their head', () => {
  const length = 'Content-Length: 5\r\n\r\n';
  assert.equal(readText(`HTTP/1.1 200 OK\r\n${length}`, 'HEAD', false).error, null);
  assert.equal(readText(`HTTP/1.1 204 No Content\r\n${length}`, 'GET', false).error, null);
  assert.equal(readText(`HTTP/1.1 304 Not Modified\r\n${length}`, 'GET', false).error, null);
  assert.equal(readText(`HTTP/1.1 200 OK\r\n${length}`, 'GET', false).error, undefined);
});

test('more than five informational responses are too many', () => {
  const result = readText('HTTP/1.1 102 Processing\r\n\r\n'.repeat(6));
  assert.equal(result.error, 'net/http: too many 1xx informational responses');
});
