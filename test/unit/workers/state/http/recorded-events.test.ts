// llhttp's changed module against the one that is shipped: the same events, in the same order, with the same outcome, whatever
// comes in and however it is cut.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  allocateParser,
  errorOffset,
  execute,
  freeParser,
  INPUT_BYTES,
  inputStart,
} from '../../../../../src/workers/state/http/net/llhttp.js';
import {
  PAUSED,
  type ParserEvents,
  RECORDED_FUNCTIONS,
} from '../../../../../src/workers/state/http/net/recorded-events.js';
import { recordingModule } from '../../../../../src/workers/state/http/net/recording-module.js';

const shipped = createRequire(import.meta.url)('undici/lib/llhttp/llhttp_simd-wasm.js') as Uint8Array<ArrayBuffer>;

interface Shipped {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, data: number, length: number): number;
  llhttp_get_error_pos(parser: number): number;
}

type Event = readonly [name: string, ...values: number[]];

interface Outcome {
  readonly error: number;
  /** Behind an error. */
  readonly offset: number;
  readonly events: readonly Event[];
}

/** What the module as it is shipped says, by calls. */
class Reference {
  #events: Event[] = [];
  readonly #llhttp: Shipped;
  readonly #input: number;

  constructor() {
    const span = (name: string) => (_parser: number, at: number, length: number) => {
      this.#events.push([name, at - this.#input, length]);
      return 0;
    };
    const env = {
      wasm_on_message_begin: () => 0,
      wasm_on_status: () => 0,
      wasm_on_url: span('url'),
      wasm_on_header_field: span('field'),
      wasm_on_header_value: span('value'),
      wasm_on_headers_complete: (_parser: number, _status: number, _upgrade: number, keepAlive: number) => {
        this.#events.push(['head', keepAlive]);
        return 0;
      },
      wasm_on_body: span('body'),
      wasm_on_message_complete: () => {
        this.#events.push(['end']);
        return PAUSED;
      },
    };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(shipped), { env });
    this.#llhttp = exports as unknown as Shipped;
    this.#input = this.#llhttp.malloc(INPUT_BYTES);
  }

  outcomes(pieces: readonly Buffer[]): readonly Outcome[] {
    const parser = this.#llhttp.llhttp_alloc(1);
    const outcomes = untilError(pieces, (piece) => {
      this.#events = [];
      new Uint8Array(this.#llhttp.memory.buffer).set(piece, this.#input);
      const error = this.#llhttp.llhttp_execute(parser, this.#input, piece.length);
      const offset = error === 0 ? 0 : this.#llhttp.llhttp_get_error_pos(parser) - this.#input;
      return { error, offset, events: this.#events };
    });
    this.#llhttp.llhttp_free(parser);
    return outcomes;
  }
}

function untilError(pieces: readonly Buffer[], parse: (piece: Buffer) => Outcome): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  for (const piece of pieces) {
    outcomes.push(parse(piece));
    if (outcomes.at(-1)?.error !== 0) break;
  }
  return outcomes;
}

function recorded(pieces: readonly Buffer[]): readonly Outcome[] {
  const parser = allocateParser();
  const outcomes = untilError(pieces, (piece) => {
    const events: Event[] = [];
    const span = (name: string) => (at: number, length: number) => {
      events.push([name, at - inputStart, length]);
    };
    const listener: ParserEvents = {
      onUrl: span('url'),
      onHeaderField: span('field'),
      onHeaderValue: span('value'),
      onHeadersComplete: (keepAlive) => events.push(['head', keepAlive ? 1 : 0]),
      onBody: span('body'),
      onMessageComplete: () => events.push(['end']),
    };
    const error = execute(parser, piece, listener);
    return { error, offset: error === 0 ? 0 : errorOffset(parser), events };
  });
  freeParser(parser);
  return outcomes;
}

const REQUESTS = [
  'GET /v1/kv/a?raw HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n',
  'PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nEmpty:\r\n\r\nhelloGET / HTTP/1.1\r\n\r\n',
  'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n1\r\nx\r\n0\r\nTrailer: t\r\n\r\n',
  'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'POST http://x/y HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nz',
  'GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n',
];

describe('llhttp notes what it finds', () => {
  const reference = new Reference();

  test('as it would have told it, with any byte changed and cut anywhere', () => {
    const changes = fc.array(fc.tuple(fc.nat(200), fc.constantFrom(...Buffer.from('\r\n :\t\0\x80aG1;,/'))), {
      maxLength: 3,
    });
    const cuts = fc.array(fc.nat(200), { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...REQUESTS), changes, cuts, (request, changed, places) => {
        const bytes = Buffer.from(request, 'latin1');
        for (const [at, byte] of changed) bytes[at % bytes.length] = byte;
        const ends = [...places.map((at) => at % bytes.length), bytes.length].toSorted((a, b) => a - b);
        const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        assert.deepEqual(recorded(pieces), reference.outcomes(pieces));
      }),
      { numRuns: 2_000 },
    );
  });

  test('also where a piece is as long as may be and full of events', () => {
    const head = 'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n';
    const filled = (begin: string, one: string): Buffer =>
      Buffer.from(begin + one.repeat((INPUT_BYTES - begin.length) / one.length));
    for (const [begin, one] of [
      [head, 'a:\r\n'],
      [head, 'a:b\r\n'],
      [`${head}\r\n`, '1\r\nx\r\n'],
      [`${head}\r\n0\r\n`, 'a:\r\n'],
    ] as const) {
      const pieces = [filled(begin, one)];
      const outcomes = recorded(pieces);
      assert.ok((outcomes[0]?.events.length ?? 0) > INPUT_BYTES / 8, one);
      assert.deepEqual(outcomes, reference.outcomes(pieces));
    }
  });

  test('and in a memory that parsers have made grow', () => {
    const pieces = REQUESTS.map((request) => Buffer.from(request, 'latin1')).slice(0, 1);
    const parsers = Array.from({ length: 10_000 }, allocateParser);
    const outcomes = recorded(pieces);
    for (const parser of parsers) freeParser(parser);
    assert.deepEqual(outcomes, reference.outcomes(pieces));
  });

  test('and asks nothing of JavaScript, for which V8 would start its optimizing compiler', () => {
    const module = new WebAssembly.Module(recordingModule(shipped, RECORDED_FUNCTIONS));
    const { imports } = WebAssembly.Module as unknown as { imports(module: WebAssembly.Module): readonly object[] };
    assert.deepEqual(imports(module), []);
  });
});

test('another module is refused, not guessed at', () => {
  const without = (name: string) => new Map([...RECORDED_FUNCTIONS].filter(([one]) => one !== name));
  assert.throws(() => recordingModule(shipped, without('wasm_on_url')), /^Error: llhttp imports wasm_on_url$/);
  const more = new Map([...RECORDED_FUNCTIONS, ['wasm_on_more', { parameters: 1, event: null, answer: 0 }] as const]);
  assert.throws(() => recordingModule(shipped, more), /^Error: llhttp is not made as it was$/);
  // A module that has nothing but its header.
  assert.throws(() => recordingModule(shipped.subarray(0, 8), new Map()), /^Error: llhttp is not made as it was$/);
});
