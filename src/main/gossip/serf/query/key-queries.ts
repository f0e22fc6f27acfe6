// Answers to key queries (spec/gossip.md, section 14): they change the keys of a whole pool while it runs.

import { decode, encode } from '../../../../msgpack/codec.js';
import { KEY_PROBLEMS, type Keyring } from '../../wire/keyring.js';
import type { IncomingQuery } from '../pool/output.js';
import type { SerfPool } from '../pool/serf-pool.js';
import { KEY_REQUEST, KEY_RESPONSE, type KeyResponse, keyRequest, keyResponse } from '../protocol/messages.js';
import type { ReceivedQuery } from './received-query.js';
import type { Responses } from './responses.js';

export type KeyOperation = 'list' | 'install' | 'use' | 'remove';

const QUERY_NAMES: { readonly [operation in KeyOperation]: string } = {
  list: '_serf_list-keys',
  install: '_serf_install-key',
  use: '_serf_use-key',
  remove: '_serf_remove-key',
};

export function keyQueryName(operation: KeyOperation): string {
  return QUERY_NAMES[operation];
}

export function keyOperationOf(queryName: string): KeyOperation | null {
  for (const operation of ['list', 'install', 'use', 'remove'] as const) {
    if (QUERY_NAMES[operation] === queryName) return operation;
  }
  return null;
}

/** The least an encoded key takes of an answer. */
const LEAST_KEY_BYTES = 25;

function failure(Message: string): KeyResponse {
  return { Result: false, Message, Keys: null, PrimaryKey: '' };
}

const SUCCESS: KeyResponse = { Result: true, Message: '', Keys: null, PrimaryKey: '' };

function inBase64(key: Uint8Array): string {
  return Buffer.from(key).toString('base64');
}

export class KeyQueries {
  readonly #pool: SerfPool;
  readonly #responses: Responses;

  constructor(pool: SerfPool, responses: Responses) {
    this.#pool = pool;
    this.#responses = responses;
  }

  /** Null while the pool isn't encrypted. */
  get #keyring(): Keyring | null {
    const { keyring } = this.#pool.options;
    return keyring === null || keyring.primary === null ? null : keyring;
  }

  answer(query: ReceivedQuery, operation: KeyOperation, nowMs: number): void {
    if (operation === 'list') {
      this.#respond(query, this.#list(query), nowMs);
      return;
    }
    const refusal = this.#change(query, operation);
    if (refusal !== null) this.#respond(query, encode(keyResponse, refusal, KEY_RESPONSE), nowMs);
  }

  /** A change is kept, or `problem` says why it isn't: whoever asked goes by the answer, so it comes only now. */
  saved(query: IncomingQuery, problem: string | null, nowMs: number): void {
    const response = problem === null ? SUCCESS : failure(problem);
    this.#respond(query, encode(keyResponse, response, KEY_RESPONSE), nowMs);
  }

  #respond(query: IncomingQuery, response: Uint8Array, nowMs: number): void {
    const problem = this.#responses.respond(query, response, nowMs);
    if (problem !== null) this.#pool.out.log('error', `Failed to respond to key query: ${problem}`);
  }

  /** Null when the change is made, and told to whoever keeps the keys. */
  #change(query: ReceivedQuery, operation: Exclude<KeyOperation, 'list'>): KeyResponse | null {
    const { out } = this.#pool;
    const request = query.payload?.[0] === KEY_REQUEST ? decode(keyRequest, query.payload, 1) : null;
    if (request?.ok !== true) {
      out.log('error', 'Failed to decode key request');
      return failure('');
    }
    const keyring = this.#keyring;
    if (keyring === null) return failure('No keyring to modify (encryption not enabled)');
    out.log('info', `Received ${operation}-key query`);
    const key = request.value.Key ?? new Uint8Array(0);
    const change = { install: keyring.add, use: keyring.use, remove: keyring.remove }[operation];
    const problem = change.call(keyring, key);
    if (problem !== null) return failure(KEY_PROBLEMS[problem]);
    out.tell({ kind: 'keyring', query });
    return null;
  }

  /** A list too long for one answer is cut: the first keys, and a note. */
  #list(query: ReceivedQuery): Uint8Array {
    const keyring = this.#keyring;
    if (keyring === null)
      return encode(keyResponse, failure('Keyring is empty (encryption not enabled)'), KEY_RESPONSE);
    const all = keyring.keys.map((key) => inBase64(key.bytes));
    const PrimaryKey = all[0] ?? '';
    let encoded = encode(keyResponse, { ...SUCCESS, Keys: all, PrimaryKey }, KEY_RESPONSE);
    const most = Math.floor(this.#pool.options.serf.queryResponseSizeLimit / LEAST_KEY_BYTES);
    for (let shown = Math.min(most, all.length); shown >= 0 && !this.#responses.fits(query, encoded); shown -= 1) {
      const Message = `truncated key list response, showing first ${shown} of ${all.length} keys`;
      encoded = encode(keyResponse, { Result: true, Message, Keys: all.slice(0, shown), PrimaryKey }, KEY_RESPONSE);
    }
    return encoded;
  }
}
