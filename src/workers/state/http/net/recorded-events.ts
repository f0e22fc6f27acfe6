// What llhttp finds in a piece of input: its changed module (recording-module.ts) notes it in memory, one event of three words
// after the other, and the listener is told when the parser has come back. The record begins with the address of the next event
// and the end of the room.

/** What the parser of the moment is told. Positions are addresses in the module's memory. */
export interface ParserEvents {
  onUrl(at: number, length: number): void;
  onHeaderField(at: number, length: number): void;
  onHeaderValue(at: number, length: number): void;
  onHeadersComplete(shouldKeepAlive: boolean): void;
  onBody(at: number, length: number): void;
  onMessageComplete(): void;
}

/** A function that the module imports, as it is defined instead. */
export interface RecordedFunction {
  readonly parameters: number;
  /** What it notes: a kind and the numbers of the parameters that are kept. Null: nothing. */
  readonly event: { readonly kind: number; readonly values: readonly number[] } | null;
  /** Of it and of kinds: below 64. */
  readonly answer: number;
}

export const PAUSED = 21;

const URL_PART = 1;
const HEADER_FIELD = 2;
const HEADER_VALUE = 3;
const HEADERS_COMPLETE = 4;
const BODY = 5;
const MESSAGE_COMPLETE = 6;

/** Parser, place and length. */
function span(kind: number): RecordedFunction {
  return { parameters: 3, event: { kind, values: [1, 2] }, answer: 0 };
}

export const RECORDED_FUNCTIONS: ReadonlyMap<string, RecordedFunction> = new Map<string, RecordedFunction>([
  ['wasm_on_message_begin', { parameters: 1, event: null, answer: 0 }],
  ['wasm_on_status', { parameters: 3, event: null, answer: 0 }],
  ['wasm_on_url', span(URL_PART)],
  ['wasm_on_header_field', span(HEADER_FIELD)],
  ['wasm_on_header_value', span(HEADER_VALUE)],
  // Parser, status, upgrade, whether the connection is kept.
  ['wasm_on_headers_complete', { parameters: 4, event: { kind: HEADERS_COMPLETE, values: [3] }, answer: 0 }],
  ['wasm_on_body', span(BODY)],
  // Pausing makes execute return at the message's last byte: the next request is parsed when this one is answered.
  ['wasm_on_message_complete', { parameters: 1, event: { kind: MESSAGE_COMPLETE, values: [] }, answer: PAUSED }],
]);

const WORD_BYTES = 4;
const HEAD_WORDS = 2;
const EVENT_WORDS = 3;
/** The end of a head and the end of its message lie at the same byte. */
const EVENTS_AT_ONE_BYTE = 3;

/** A record for input of so many bytes, each of which ends one event at most but the last of a message. */
export function recordBytes(inputBytes: number): number {
  return WORD_BYTES * (HEAD_WORDS + EVENT_WORDS * (inputBytes + EVENTS_AT_ONE_BYTE));
}

export class RecordedEvents {
  readonly #memory: WebAssembly.Memory;
  readonly #address: number;
  readonly #end: number;
  #words: Int32Array;

  /** `address`: of {@link recordBytes}, for as long as the module lives. */
  constructor(memory: WebAssembly.Memory, address: number, bytes: number) {
    this.#memory = memory;
    this.#address = address;
    this.#end = address + bytes - WORD_BYTES * EVENT_WORDS;
    this.#words = new Int32Array(memory.buffer);
  }

  begin(): void {
    // A view has no buffer any more when the memory has grown.
    if (this.#words.byteLength === 0) this.#words = new Int32Array(this.#memory.buffer);
    const head = this.#address / WORD_BYTES;
    this.#words[head] = this.#address + WORD_BYTES * HEAD_WORDS;
    this.#words[head + 1] = this.#end;
  }

  /** Everything since {@link begin}, in order. */
  tell(listener: ParserEvents): void {
    const words = this.#words;
    const head = this.#address / WORD_BYTES;
    const end = (words[head] ?? 0) / WORD_BYTES;
    for (let at = head + HEAD_WORDS; at < end; at += EVENT_WORDS) {
      const first = words[at + 1] ?? 0;
      const second = words[at + 2] ?? 0;
      switch (words[at]) {
        case URL_PART:
          listener.onUrl(first, second);
          break;
        case HEADER_FIELD:
          listener.onHeaderField(first, second);
          break;
        case HEADER_VALUE:
          listener.onHeaderValue(first, second);
          break;
        case HEADERS_COMPLETE:
          listener.onHeadersComplete(first === 1);
          break;
        case BODY:
          listener.onBody(first, second);
          break;
        default:
          listener.onMessageComplete();
      }
    }
  }
}
