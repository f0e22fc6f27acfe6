// Operations as the lines of one text, as they stand in the log and in a snapshot. Only what differs from the zero values is written: a
// plain service with an HTTP check takes 400 bytes instead of 2,000.

import { NO_CHECK, NO_CHECK_TYPE, NO_SERVICE } from '../../records/zero-values.js';
import { JsonBytes, membersUnlike } from './json-bytes.js';
import type { Operation, PutCheck, PutService } from './store-operations.js';

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const CLOSING_BRACKET = 0x5d;

const ofService = membersUnlike(NO_SERVICE);
const ofCheck = membersUnlike(NO_CHECK);
const ofCheckType = membersUnlike(NO_CHECK_TYPE);

export class OperationWriter {
  readonly #out: JsonBytes;

  /** Leaves `headroom` bytes in front. `room`: memory that nobody else writes to. */
  constructor(headroom = 0, room: Buffer | null = null) {
    this.#out = new JsonBytes(headroom, room);
  }

  /** In bytes. */
  get length(): number {
    return this.#out.length;
  }

  /** With the headroom in front. A view: nothing more may be added while it is in use. */
  get bytes(): Buffer {
    return this.#out.bytes;
  }

  /** Its memory, for another one when this one isn't used any more. */
  get room(): Buffer {
    return this.#out.room;
  }

  add(operation: Operation): void {
    if (this.length > 0) this.#out.byte(NEWLINE);
    if (typeof operation === 'string') this.#out.json(operation);
    else if (operation.kind === 'service') this.#service(operation);
    else this.#check(operation);
  }

  /** Takes back what was added behind the first `length` bytes. */
  cut(length: number): void {
    this.#out.cut(length);
  }

  #service({ token, source, service }: PutService): void {
    this.#begin('["s",', token, source);
    this.#out.object(service, ofService);
    this.#out.byte(CLOSING_BRACKET);
  }

  #check({ token, source, check, definition }: PutCheck): void {
    this.#begin('["c",', token, source);
    this.#out.object(check, ofCheck);
    this.#out.byte(COMMA);
    if (definition === null) this.#out.json('null');
    else this.#out.object(definition, ofCheckType);
    this.#out.byte(CLOSING_BRACKET);
  }

  #begin(kind: string, token: string, source: string): void {
    this.#out.json(kind);
    this.#out.text(token);
    this.#out.byte(COMMA);
    this.#out.text(source);
    this.#out.byte(COMMA);
  }
}
