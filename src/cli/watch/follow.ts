// The loop of a watch: a blocking query after the other. Whoever follows is told of the first result, and of each that is another one
// than the last.

import { setTimeout as delay } from 'node:timers/promises';
import { parseJson } from '../../gotext/json-parse.js';
import type { Client, Query } from '../http/client.js';
import type { View } from './views.js';

const RETRY_MS = 5_000;
const MOST_RETRY_MS = 180_000;

export interface Result {
  readonly index: bigint;
  readonly data: string;
}

interface Read extends Result {
  readonly ok: true;
}

export interface Following {
  readonly client: Client;
  readonly view: View;
  /** Datacenter and consistency. */
  readonly query: Query;
  /** Of the n-th failure in a row, and how long is waited until the next try. */
  failed(error: string, retryMs: number): void;
}

/** How long the n-th failure in a row is waited for. */
export function retryMs(failures: number): number {
  return Math.min(RETRY_MS * failures * failures, MOST_RETRY_MS);
}

/** Ends when nobody asks for more. */
export async function* follow({ client, view, query, failed }: Following): AsyncGenerator<Result, never> {
  let last: Result | null = null;
  /** What is waited for is newer than this; 0: it isn't waited. */
  let seen = 0n;
  let failures = 0;
  for (;;) {
    const found = await read(client, view, query, { seen, isFirst: last === null });
    if (!found.ok) {
      failures += 1;
      seen = 0n;
      failed(found.error, retryMs(failures));
      await delay(retryMs(failures));
      continue;
    }
    failures = 0;
    const isUnchanged = last !== null && (found.index === seen || found.data === last.data);
    // An index that went back is of another history, of which everything is to be seen.
    seen = found.index < seen ? 0n : found.index;
    if (isUnchanged) continue;
    last = { index: found.index, data: found.data };
    yield last;
  }
}

async function read(
  client: Client,
  view: View,
  query: Query,
  { seen, isFirst }: { readonly seen: bigint; readonly isFirst: boolean },
): Promise<Read | { readonly ok: false; readonly error: string }> {
  const block = seen === 0n ? [] : [['index', String(seen)] as const];
  const answer = await client.get(view.path, [...query, ...view.query, ...block], true);
  if (!answer.ok) return answer;
  if (!/^[0-9]+$/.test(answer.index)) return { ok: false, error: 'the answer has no X-Consul-Index' };
  const index = BigInt(answer.index);
  const ofEvents = isFirst ? null : seen;
  if (answer.status === 404) return { ok: true, index, data: view.data(undefined, ofEvents) };
  const parsed = parseJson(answer.body.toString('utf8'), 'unmarshal');
  return parsed.ok ? { ok: true, index, data: view.data(parsed.value, ofEvents) } : parsed;
}
