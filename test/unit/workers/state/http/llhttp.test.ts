// The contract with undici's llhttp: what net/llhttp.ts takes from the package, and the strictness it relies on.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { acquireParser, releaseParser } from '../../../../../src/workers/state/http/net/request-parser.js';

/** Node's types know of the module only that it can be made. */
const inspect = WebAssembly.Module as unknown as {
  imports(module: WebAssembly.Module): readonly { readonly name: string }[];
  exports(module: WebAssembly.Module): readonly { readonly name: string }[];
};

test('undici still ships llhttp as WebAssembly with the imports and exports in use', () => {
  const require = createRequire(import.meta.url);
  const module = new WebAssembly.Module(require('undici/lib/llhttp/llhttp_simd-wasm.js') as Uint8Array<ArrayBuffer>);
  const imports = inspect.imports(module).map((entry) => entry.name);
  assert.deepEqual(imports.toSorted(), [
    'wasm_on_body',
    'wasm_on_header_field',
    'wasm_on_header_value',
    'wasm_on_headers_complete',
    'wasm_on_message_begin',
    'wasm_on_message_complete',
    'wasm_on_status',
    'wasm_on_url',
  ]);
  const exports = new Set(inspect.exports(module).map((entry) => entry.name));
  for (const name of [
    'memory',
    'malloc',
    'llhttp_alloc',
    'llhttp_free',
    'llhttp_reset',
    'llhttp_execute',
    'llhttp_get_error_pos',
    'llhttp_get_method',
    'llhttp_get_http_major',
    'llhttp_get_http_minor',
    'llhttp_method_name',
  ]) {
    assert.ok(exports.has(name), name);
  }
});

/** Status that refuses the request; 0 = taken. */
function refusal(request: string): number {
  const parser = acquireParser();
  try {
    parser.feed(Buffer.from(request, 'latin1'), 0, 8192);
    return parser.refusal;
  } finally {
    releaseParser(parser);
  }
}

test('what smuggling needs is refused', () => {
  const head = 'PUT / HTTP/1.1\r\nHost: x\r\n';
  const refused: readonly [string, number][] = [
    [`${head}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, 400],
    [`${head}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, 400],
    [`${head}Content-Length: 3, 3\r\n\r\nabc`, 400],
    [`${head}Content-Length: +3\r\n\r\nabc`, 400],
    [`${head}Content-Length: -3\r\n\r\nabc`, 400],
    [`${head}Content-Length: 0x3\r\n\r\nabc`, 400],
    [`${head}Content-Length: 99999999999999999999\r\n\r\nabc`, 400],
    [`${head}Content-Length: 9007199254740993\r\n\r\nabc`, 400],
    [`${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    [`${head}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`, 400],
    [`${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
    [`${head}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, 400],
    [`${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 501],
    [`${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`, 400],
    [`${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, 400],
    [`${head}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`, 400],
    ['PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    [`${head}X: a\r\n b\r\n\r\n`, 400],
    [`${head}X: a\0b\r\n\r\n`, 400],
    [`${head}X: a\rb\r\n\r\n`, 400],
    [`${head}X\xff: a\r\n\r\n`, 400],
    ['GET / HTTP/1.1\nHost: x\n\n', 400],
    ['GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    ['GET / HTTP/2.0\r\nHost: x\r\n\r\n', 505],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['GET / HTTP/1.2\r\nHost: x\r\n\r\n', 400],
    ['get / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    [`${head}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n`, 400],
    [`${head}Transfer-Encoding: chunked\r\n\r\n-1\r\n`, 400],
    [`${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n`, 400],
    [`${head}Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n`, 400],
    [`${head}Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n`, 400],
  ];
  for (const [request, status] of refused) assert.equal(refusal(request), status, JSON.stringify(request));
});

test('what is merely unusual is taken', () => {
  for (const request of [
    'GET / HTTP/1.0\r\n\r\n',
    '\r\nGET / HTTP/1.1\r\nHost:\r\n\r\n',
    'GET / HTTP/1.1\r\nhOST: [::1]:8500\r\n\r\n',
    'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nEmpty:\r\nTab:\ta\t\r\n\r\n',
  ]) {
    assert.equal(refusal(request), 0, JSON.stringify(request));
  }
});
