// What is asked for, apart from how fresh the answer must be, and a key under which all who ask the same find each other.

import { createHash } from 'node:crypto';
import type { ReadMethod } from '../methods/contract/method.js';

export interface Question<Request, Value> {
  readonly method: ReadMethod<Request, Value>;
  readonly request: Request;
  readonly datacenter: string;
  /** Whose answer it is: others may be shown less, or more. */
  readonly token: string;
}

/** A filter may be as long as a request's head. */
const MOST_KEY = 256;

/** A long one is its digest. */
export function shortKey(key: string): string {
  return key.length <= MOST_KEY ? key : createHash('sha256').update(key).digest('base64');
}

/** `how`: what else tells one question from another. */
export function keyOf<Request, Value>(
  { method, request, datacenter, token }: Question<Request, Value>,
  how = '',
): string {
  return shortKey(`${method.name} ${how} ${datacenter} ${token.length} ${token} ${JSON.stringify(request)}`);
}
