// What the clients of a cluster do to a cell: reads, writes, locks and sessions, drawn from a seed, with what was heard of the
// cell before.

import type { Random } from '../../../random.js';
import type { Behavior, CellInput, CellOutput } from '../../../simulation/linearizability/cell-model.js';

export const KEYS = ['x', 'y'];
const INSTANCES = ['one', 'two'];
/** Only what was heard last is worth trying. */
const REMEMBERED = 3;

export class Workload {
  readonly #random: Random;
  /** Sessions and indexes, true or not any more. */
  readonly #sessions: string[] = [];
  readonly #indexes: number[] = [0];
  #nextValue = 1;

  constructor(random: Random) {
    this.#random = random;
  }

  hear(output: CellOutput): void {
    if (output.kind === 'created') this.#sessions.push(output.id);
    if (output.kind === 'entry' && output.entry !== null) this.#indexes.push(output.entry.modifyIndex);
  }

  next(): CellInput {
    const key = this.#oneOf(KEYS);
    const value = `v${this.#nextValue++}`;
    const index = this.#oneOf(this.#indexes.slice(-REMEMBERED));
    const session = this.#sessions.length > 0 ? this.#oneOf(this.#sessions.slice(-REMEMBERED)) : null;
    const dice = this.#random.below(100);
    if (dice < 38) return { kind: 'get', key };
    if (dice < 52) return { kind: 'set', key, value };
    if (dice < 62) return { kind: 'cas', key, value, index };
    if (dice < 65) return { kind: 'delete', key };
    if (dice < 68) return { kind: 'delete-cas', key, index };
    if (dice < 74) return { kind: 'register', instance: this.#oneOf(INSTANCES), port: this.#nextValue };
    if (dice < 75) return { kind: 'fail' };
    if (dice < 77) return { kind: 'deregister', instance: this.#oneOf(INSTANCES) };
    if (dice < 78) return { kind: 'deregister-node' };
    if (dice < 82) return { kind: 'instances' };
    if (dice < 85 || session === null) {
      return { kind: 'create-session', behavior: this.#oneOf<Behavior>(['release', 'delete']) };
    }
    if (dice < 86) return { kind: 'destroy-session', id: session };
    if (dice < 89) return { kind: 'session', id: session };
    if (dice < 97) return { kind: 'lock', key, value, session };
    return { kind: 'unlock', key, value, session };
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }
}
