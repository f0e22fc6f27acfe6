// Key queries of our own (spec/gossip.md, section 14): all members are asked, and what they say is counted.

import { decode, encode } from '../../../../msgpack/codec.js';
import { presentNames, type SerfPool } from '../pool/serf-pool.js';
import { KEY_REQUEST, KEY_RESPONSE, keyRequest, keyResponse } from '../protocol/messages.js';
import { type KeyOperation, keyQueryName } from './key-queries.js';
import type { QueryClient } from './query-client.js';

export interface KeyAnswer {
  readonly numNodes: number;
  readonly numResponses: number;
  /** Failures and notes by member. */
  readonly messages: Map<string, string>;
  /** By key in base64, how many members have it. */
  readonly keys: Map<string, number>;
  readonly primaryKeys: Map<string, number>;
  /** Empty when all members said yes. */
  readonly error: string;
}

/** The most keys that are told apart, so that members can't fill the memory with made-up ones. */
const MOST_KEYS = 4096;

/** So many of those that didn't answer are named; how many they are is in the error. */
const MOST_SILENT = 100;
const SILENT = 'no answer';

function count(counts: Map<string, number>, key: string): void {
  const known = counts.get(key);
  if (known !== undefined || counts.size < MOST_KEYS) counts.set(key, (known ?? 0) + 1);
}

/** Bytes as Go prints a list of them. */
function listed(payload: Uint8Array | null): string {
  return `[${(payload ?? new Uint8Array(0)).join(' ')}]`;
}

class KeyTally {
  readonly messages = new Map<string, string>();
  readonly keys = new Map<string, number>();
  readonly primaryKeys = new Map<string, number>();
  readonly numNodes: number;
  numResponses = 0;
  /** Members without an answer yet. */
  readonly #silent: Set<string>;
  #failures = 0;

  constructor(asked: readonly string[]) {
    this.numNodes = asked.length;
    this.#silent = new Set(asked);
  }

  #fail(from: string, message: string): void {
    this.#failures += 1;
    this.messages.set(from, message);
  }

  add(from: string, payload: Uint8Array | null): void {
    this.numResponses += 1;
    this.#silent.delete(from);
    if (payload?.[0] !== KEY_RESPONSE) {
      this.#fail(from, `Invalid key query response type: ${listed(payload)}`);
      return;
    }
    const read = decode(keyResponse, payload, 1);
    if (!read.ok) {
      this.#fail(from, `Failed to decode key query response: ${listed(payload)}`);
      return;
    }
    const { Result, Message, Keys, PrimaryKey } = read.value;
    if (!Result) this.#fail(from, Message);
    else if (Message !== '') this.messages.set(from, Message);
    for (const key of Keys ?? []) count(this.keys, key);
    count(this.primaryKeys, PrimaryKey);
  }

  /** Time is over. Serf says how many failed to answer; here they are named, too. */
  end(): KeyAnswer {
    for (const name of [...this.#silent].slice(0, MOST_SILENT)) this.messages.set(name, SILENT);
    return this.answer();
  }

  answer(): KeyAnswer {
    const { numNodes, numResponses, messages, keys, primaryKeys } = this;
    const failures = this.#failures;
    let error = '';
    if (failures > 0) error = `${failures}/${numNodes} nodes reported failure`;
    else if (numResponses !== numNodes) error = `${numResponses}/${numNodes} nodes reported success`;
    return { numNodes, numResponses, messages, keys, primaryKeys, error };
  }
}

export interface KeyQuestion {
  readonly operation: KeyOperation;
  /** Ignored where keys are listed. */
  readonly key: Uint8Array;
  readonly relayFactor: number;
}

export function runKeyOperation(
  { pool, queryClient }: { readonly pool: SerfPool; readonly queryClient: QueryClient },
  { operation, key, relayFactor }: KeyQuestion,
  done: (answer: KeyAnswer) => void,
  nowMs: number,
): void {
  const tally = new KeyTally(presentNames(pool));
  const payload = encode(keyRequest, { Key: operation === 'list' ? new Uint8Array(0) : key }, KEY_REQUEST);
  const request = { name: keyQueryName(operation), payload, filters: [], wantsAck: false, relayFactor };
  const asked = queryClient.send(
    request,
    {
      onAck: () => undefined,
      onResponse(from, response) {
        tally.add(from, response);
        if (tally.numResponses < tally.numNodes) return;
        if (asked.ok) asked.close();
        done(tally.answer());
      },
      onEnd: () => done(tally.end()),
    },
    nowMs,
  );
  if (!asked.ok) done({ ...tally.answer(), error: asked.error });
}
