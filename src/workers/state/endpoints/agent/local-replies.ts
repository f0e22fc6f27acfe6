// From the outcome of a local change to the answer that clients see.

import { NOTHING, type Reply, text } from '../../http/message/reply.js';
import type { LocalOutcome } from '../../local/state/outcomes.js';

const STATUS: { readonly [code in Extract<LocalOutcome, { ok: false }>['code']]: number } = {
  invalid: 400,
  denied: 403,
  'not-found': 404,
  unsupported: 500,
  storage: 500,
  failed: 500,
};

export function statusOf({ code }: Extract<LocalOutcome, { ok: false }>): number {
  return STATUS[code];
}

export function replyTo(outcome: LocalOutcome): Reply {
  return outcome.ok ? NOTHING : text(statusOf(outcome), outcome.text);
}
