// An instance of the module for work of which nothing stays: a table at its start, the input behind it, and the output behind
// that. It grows with the largest input; what one large input blew up is given back at once.

import { type Exports, instantiate, KEPT_MEMORY_BYTES, reserve } from './module.js';
import { AFTER_IMAGE } from './program.js';

export class Workspace<E extends Exports> {
  readonly #prepare: (exports: E, address: number) => number;
  #exports: E | null = null;
  #memory = new Uint8Array(0);
  #input = 0;

  /** `prepare` makes the table at an address, and answers how long it is. */
  constructor(prepare: (exports: E, address: number) => number) {
    this.#prepare = prepare;
  }

  get heldBytes(): number {
    return this.#memory.length;
  }

  /**
   * `work` gets the module, its memory, where `bytes` lie in it and where the output may begin: there is room for `bytes` and
   * `room` more. Nothing of them may be used afterwards.
   */
  run<T>(
    bytes: Uint8Array,
    room: number,
    work: (exports: E, memory: Uint8Array, input: number, output: number) => T,
  ): T {
    const exports = this.#withRoom(bytes.length + room);
    this.#memory.set(bytes, this.#input);
    const result = work(exports, this.#memory, this.#input, this.#input + bytes.length);
    if (this.#memory.length > KEPT_MEMORY_BYTES) {
      this.#exports = null;
      this.#memory = new Uint8Array(0);
    }
    return result;
  }

  #withRoom(size: number): E {
    let exports = this.#exports;
    if (exports === null) {
      exports = instantiate() as E;
      this.#exports = exports;
      this.#input = AFTER_IMAGE + this.#prepare(exports, AFTER_IMAGE);
    } else if (this.#memory.length >= this.#input + size) return exports;
    reserve(exports.memory, this.#input + size);
    this.#memory = new Uint8Array(exports.memory.buffer);
    return exports;
  }
}
