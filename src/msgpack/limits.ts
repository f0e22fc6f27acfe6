// What reading a message may cost: limits that hold wherever the caller gives no narrower ones.

import { MAX_NESTING } from '../gotext/nesting.js';

/** Nothing longer is encoded or decoded, in bytes. Far above what the log takes. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export interface Limits {
  /** Length of the value that is read. */
  readonly bytes: number;
  /** Elements of all lists and maps together: an element of one byte may become an object of a hundred. */
  readonly elements: number;
  /** Lists and maps within each other in a free-form value. Other values nest as deep as their tables say. */
  readonly depth: number;
}

export const DEFAULT_LIMITS: Limits = { bytes: MAX_MESSAGE_BYTES, elements: 1024 * 1024, depth: MAX_NESTING };
