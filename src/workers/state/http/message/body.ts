// A request's body in memory, up to a limit (spec/http.md, section 4, "Limits"): judged by Content-Length before a byte is
// read, else while reading, and never buffered beyond it. All bodies that are on their way share a bound, too: a limit for
// each of them is none for thousands of clients that never send the end.

import type { BodySink, Exchange } from '../engine/engine.js';
import { GatheredBytes } from '../engine/gathered-bytes.js';
import { text } from './reply.js';
import type { BodyOutcome } from './request.js';

const DOCUMENTATION = 'https://developer.hashicorp.com/docs/agent/config/config-files';
const MAX_UNDER_WAY = 256 * 1024 * 1024;

/** Bytes of all bodies that aren't complete. */
export class BodiesUnderWay {
  bytes = 0;
  readonly max: number;

  constructor(max = MAX_UNDER_WAY) {
    this.max = max;
  }
}

const ALL = new BodiesUnderWay();

class Collector implements BodySink {
  readonly #limit: number;
  readonly #setting: string | undefined;
  readonly #all: BodiesUnderWay;
  readonly #settle: (outcome: BodyOutcome) => void;
  readonly #gathered = new GatheredBytes();
  /** Refused: further chunks are dropped on the floor. */
  #isOver = false;

  constructor(limit: number, setting: string | undefined, all: BodiesUnderWay, settle: (outcome: BodyOutcome) => void) {
    this.#limit = limit;
    this.#setting = setting;
    this.#all = all;
    this.#settle = settle;
  }

  chunk(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const length = this.#gathered.length + bytes.length;
    if (length > this.#limit) {
      this.#refuse(tooLarge(length, this.#limit, this.#setting));
    } else if (this.#all.bytes + bytes.length > this.#all.max) {
      this.#refuse({ ok: false, reply: text(503, 'Too many request bodies under way') });
    } else {
      this.#gathered.add(bytes);
      this.#all.bytes += bytes.length;
    }
  }

  end(): void {
    if (this.#isOver) return;
    this.#all.bytes -= this.#gathered.length;
    this.#settle({ ok: true, bytes: this.#gathered.take() });
  }

  aborted(): void {
    if (!this.#isOver) this.#refuse({ ok: false, reply: text(400, 'unexpected EOF') });
  }

  #refuse(outcome: BodyOutcome): void {
    this.#isOver = true;
    this.#all.bytes -= this.#gathered.length;
    this.#gathered.clear();
    this.#settle(outcome);
  }
}

export function collectBody(
  exchange: Exchange,
  limit: number,
  setting: string | undefined,
  all = ALL,
): Promise<BodyOutcome> {
  if (exchange.bodyLength > limit) return Promise.resolve(tooLarge(exchange.bodyLength, limit, setting));
  return new Promise((resolve) => exchange.receive(new Collector(limit, setting, all, resolve)));
}

function tooLarge(length: number, limit: number, setting: string | undefined): BodyOutcome {
  const see = setting === undefined ? '' : ` See ${DOCUMENTATION}#${setting}.`;
  return { ok: false, reply: text(413, `Request body(${length} bytes) too large, max size: ${limit} bytes.${see}`) };
}
