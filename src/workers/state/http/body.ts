// A request's body in memory, up to a limit (spec/http.md, section 4, "Limits"): judged by Content-Length before a byte is
// read, else while reading, and never buffered beyond it.

import { type BodyOutcome, text } from './endpoint.js';
import type { Exchange } from './engine.js';

const DOCUMENTATION = 'https://developer.hashicorp.com/docs/agent/config/config-files';
const EMPTY = new Uint8Array(0);

export function collectBody(exchange: Exchange, limit: number, setting: string | undefined): Promise<BodyOutcome> {
  if (exchange.bodyLength > limit) return Promise.resolve(tooLarge(exchange.bodyLength, limit, setting));
  return new Promise((resolve) => {
    let first: Uint8Array | null = null;
    let more: Uint8Array[] | null = null;
    let length = 0;
    exchange.receive({
      chunk: (bytes) => {
        length += bytes.length;
        if (length > limit) {
          first = null;
          more = null;
          // A second call is without effect: further chunks are dropped on the floor.
          resolve(tooLarge(length, limit, setting));
        } else if (first === null) {
          first = bytes;
        } else {
          more ??= [first];
          more.push(bytes);
        }
      },
      end: () => resolve({ ok: true, bytes: more === null ? (first ?? EMPTY) : Buffer.concat(more) }),
      aborted: () => resolve({ ok: false, reply: text(400, 'unexpected EOF') }),
    });
  });
}

function tooLarge(length: number, limit: number, setting: string | undefined): BodyOutcome {
  const see = setting === undefined ? '' : ` See ${DOCUMENTATION}#${setting}.`;
  return { ok: false, reply: text(413, `Request body(${length} bytes) too large, max size: ${limit} bytes.${see}`) };
}
