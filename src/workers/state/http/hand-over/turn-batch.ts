// What is said over a port in one turn of the loop, in one message: a message each would cost more than what most of them say.

export interface BatchPort {
  postMessage(message: unknown): void;
}

export class TurnBatch<Message> {
  readonly #port: BatchPort;
  #waiting: Message[] = [];

  constructor(port: BatchPort) {
    this.#port = port;
  }

  add(message: Message): void {
    this.#waiting.push(message);
    if (this.#waiting.length === 1) setImmediate(() => this.flush());
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    const messages = this.#waiting;
    this.#waiting = [];
    this.#port.postMessage(messages);
  }
}

/** Bytes of their own: of a view a message would copy all that it is a view of. (A Buffer's slice is one, too.) */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}
