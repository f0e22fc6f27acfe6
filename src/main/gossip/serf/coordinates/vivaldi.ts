// Moves our own coordinate with every round trip that was measured (spec/gossip.md, section 17).

import { formatDuration } from '../../../../gotext/duration.js';
import { distanceNs, ERROR_MAX, isFiniteCoordinate, ORIGIN, rawDistance } from '../../../../wire/coordinate.js';
import type { Coordinate } from '../../../../wire/gossip-pools.js';
import { pushed, seconds, ZERO_THRESHOLD } from './coordinate.js';

const ERROR_WEIGHT = 0.25;
const FORCE_WEIGHT = 0.25;
const ADJUSTMENT_WINDOW = 20;
const GRAVITY_RHO = 150;
const FILTER_SAMPLES = 3;
const RTT_MAX_NS = 10e9;

export type CoordinateProblem =
  | "dimensions aren't compatible"
  | 'coordinate is invalid'
  | `round trip time not in valid range, duration ${string} is not a positive value less than 10s `;

export class Vivaldi {
  #place: Coordinate;
  readonly #random: () => number;
  readonly #adjustments = new Array<number>(ADJUSTMENT_WINDOW).fill(0);
  #nextAdjustment = 0;
  /** The last round trips to each member, in seconds. */
  readonly #samples = new Map<string, number[]>();
  #resetCount = 0;

  constructor(random: () => number, start: Coordinate = ORIGIN) {
    this.#random = random;
    this.#place = start;
  }

  get coordinate(): Coordinate {
    return this.#place;
  }

  /** How often the coordinate had to be thrown away. */
  get resets(): number {
    return this.#resetCount;
  }

  /** A member answered directly from `other` after `rttNs`. Null when that counted. */
  observe(member: string, other: Coordinate, rttNs: number): CoordinateProblem | null {
    if (other.Vec.length !== this.#place.Vec.length) return "dimensions aren't compatible";
    if (!isFiniteCoordinate(other)) return 'coordinate is invalid';
    if (!(rttNs >= 0 && rttNs <= RTT_MAX_NS)) {
      return `round trip time not in valid range, duration ${formatDuration(rttNs)} is not a positive value less than 10s `;
    }
    const rtt = this.#filtered(member, seconds(rttNs));
    this.#approach(other, rtt);
    this.#adjust(other, rtt);
    this.#fall();
    if (!isFiniteCoordinate(this.#place)) {
      this.#place = ORIGIN;
      this.#resetCount += 1;
    }
    return null;
  }

  /** Lets go of what is remembered of a member. */
  forget(member: string): void {
    this.#samples.delete(member);
  }

  /** The median: a single late answer moves nothing. */
  #filtered(member: string, rtt: number): number {
    const samples = [...(this.#samples.get(member) ?? []), rtt].slice(-FILTER_SAMPLES);
    this.#samples.set(member, samples);
    const sorted = [...samples].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? rtt;
  }

  #approach(other: Coordinate, measured: number): void {
    const place = this.#place;
    const distance = seconds(distanceNs(place, other));
    const rtt = Math.max(measured, ZERO_THRESHOLD);
    const wrong = Math.abs(distance - rtt) / rtt;
    const total = Math.max(place.Error + other.Error, ZERO_THRESHOLD);
    const weight = place.Error / total;
    const error = ERROR_WEIGHT * weight * wrong + place.Error * (1 - ERROR_WEIGHT * weight);
    const force = FORCE_WEIGHT * weight * (rtt - distance);
    this.#place = pushed({ ...place, Error: Math.min(error, ERROR_MAX) }, force, other, this.#random);
  }

  #adjust(other: Coordinate, rtt: number): void {
    this.#adjustments[this.#nextAdjustment] = rtt - rawDistance(this.#place, other);
    this.#nextAdjustment = (this.#nextAdjustment + 1) % ADJUSTMENT_WINDOW;
    const sum = this.#adjustments.reduce((total, value) => total + value, 0);
    this.#place = { ...this.#place, Adjustment: sum / (2 * ADJUSTMENT_WINDOW) };
  }

  /** Gravity keeps the whole pool from drifting away. */
  #fall(): void {
    const distance = seconds(distanceNs(ORIGIN, this.#place));
    const force = -1 * (distance / GRAVITY_RHO) ** 2;
    this.#place = pushed(this.#place, force, ORIGIN, this.#random);
  }
}
