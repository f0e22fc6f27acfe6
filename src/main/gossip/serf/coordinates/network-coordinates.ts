// Our own network coordinate and those of the members that answered us (spec/gossip.md, section 17).

import type { Random } from '../../../../random/random.js';
import type { Coordinate } from '../../../../wire/gossip-pools.js';
import { encodeCoordinate, readCoordinate } from './coordinate.js';
import { type CoordinateProblem, Vivaldi } from './vivaldi.js';

const NS_A_MILLISECOND = 1e6;

export class NetworkCoordinates {
  readonly #vivaldi: Vivaldi;
  readonly #byName = new Map<string, Coordinate>();

  constructor(random: Random) {
    this.#vivaldi = new Vivaldi(random);
  }

  get own(): Coordinate {
    return this.#vivaldi.coordinate;
  }

  get resets(): number {
    return this.#vivaldi.resets;
  }

  /** Goes out with every ack. */
  ackPayload(): Uint8Array {
    return encodeCoordinate(this.#vivaldi.coordinate);
  }

  /** A member, not any name: what is kept here is bounded by the members. Null when it counted. */
  observe(member: string, payload: Uint8Array, roundTripMs: number): CoordinateProblem | 'unreadable' | null {
    const coordinate = readCoordinate(payload);
    if (coordinate === null) return 'unreadable';
    const problem = this.#vivaldi.observe(member, coordinate, Math.round(roundTripMs * NS_A_MILLISECOND));
    if (problem !== null) return problem;
    this.#byName.set(member, coordinate);
    return null;
  }

  of(member: string): Coordinate | undefined {
    return this.#byName.get(member);
  }

  forget(member: string): void {
    this.#vivaldi.forget(member);
    this.#byName.delete(member);
  }
}
