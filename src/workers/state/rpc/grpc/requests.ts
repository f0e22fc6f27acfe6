// What a call of gRPC brings: the one message of its request, or many that are answered in turn. Nothing more is taken of a
// call whose answers aren't fetched.

import { type FrameRead, FrameReader, SingleFrame } from './frame.js';
import { Status, type StatusCode } from './status.js';

/** No request of the services here is longer by far. */
const MAX_REQUEST_BYTES = 64 * 1024;
/** Of each message of a call that sends many. */
const MAX_OF_MANY_BYTES = 4 * 1024;

/** What answers a call beyond its first answer. */
export interface Answering {
  /** There is room again. */
  drained(): void;
  /** Nobody listens any more. */
  closed(): void;
}

/** Takes the request; the result is told of the call's life, null where there is nothing to tell. */
export type Serve<Call> = (call: Call, request: Buffer) => Answering | null;

/** Of a call that sends many messages: called for each of them, while there is room for its answer. */
export interface Converse<Call> {
  readonly answer: (call: Call, request: Buffer) => void;
}

/** The call, as far as its requests need it. */
interface Caller {
  readonly hasRoom: boolean;
  /** Reads no more of the request for now. */
  hold(): void;
  goOn(): void;
  end(status: StatusCode, text: string): void;
}

/** What a call's stream is told of. */
export interface Requests extends Answering {
  chunk(bytes: Buffer): void;
  ended(): void;
}

export class OneRequest<Call extends Caller> implements Requests {
  readonly #call: Call;
  readonly #frame = new SingleFrame(MAX_REQUEST_BYTES);
  #serve: Serve<Call> | null;
  #answering: Answering | null = null;

  constructor(call: Call, serve: Serve<Call>) {
    this.#call = call;
    this.#serve = serve;
  }

  chunk(bytes: Buffer): void {
    if (this.#serve === null) {
      this.#call.end(Status.internal, 'more than one request message');
      return;
    }
    const read = this.#frame.add(bytes);
    if (read.kind === 'message') {
      const serve = this.#serve;
      this.#serve = null;
      this.#answering = serve(this.#call, read.message);
    } else refuse(this.#call, read, MAX_REQUEST_BYTES);
  }

  ended(): void {
    if (this.#serve !== null) this.#call.end(Status.internal, 'the request has no message');
  }

  drained(): void {
    this.#answering?.drained();
  }

  closed(): void {
    this.#serve = null;
    const answering = this.#answering;
    this.#answering = null;
    answering?.closed();
  }
}

export class ManyRequests<Call extends Caller> implements Requests {
  readonly #call: Call;
  readonly #answer: Converse<Call>['answer'];
  readonly #frames = new FrameReader(MAX_OF_MANY_BYTES);
  #isEnded = false;

  constructor(call: Call, { answer }: Converse<Call>) {
    this.#call = call;
    this.#answer = answer;
  }

  chunk(bytes: Buffer): void {
    this.#frames.add(bytes);
    this.#answerAll();
  }

  ended(): void {
    this.#isEnded = true;
    this.#answerAll();
  }

  drained(): void {
    this.#call.goOn();
    this.#answerAll();
  }

  closed(): void {}

  #answerAll(): void {
    while (this.#call.hasRoom) {
      const read = this.#frames.next();
      if (read.kind === 'message') this.#answer(this.#call, read.message);
      else {
        if (read.kind !== 'more') refuse(this.#call, read, MAX_OF_MANY_BYTES);
        else if (this.#isEnded) this.#call.end(Status.ok, '');
        return;
      }
    }
    this.#call.hold();
  }
}

function refuse(call: Caller, read: FrameRead, mostBytes: number): void {
  if (read.kind === 'compressed') call.end(Status.unimplemented, 'compressed messages are not supported');
  else if (read.kind === 'trailing') call.end(Status.internal, 'more than one request message');
  else if (read.kind === 'too-large') {
    const text = `grpc: received message larger than max (${read.bytes} vs. ${mostBytes})`;
    call.end(Status.resourceExhausted, text);
  }
}
