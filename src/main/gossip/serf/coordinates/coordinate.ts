// Network coordinates: where a member is, so that the time to any other can be told without asking (Vivaldi, with height
// and adjustment; spec/gossip.md, section 17). All times in a coordinate are seconds. The order of operations is the
// stock one, so that the same observations give the same bits.

import { decode, encode } from '../../../../msgpack/codec.js';
import { list } from '../../../../msgpack/collections.js';
import { float, type Kind } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import { difference, HEIGHT_MIN, magnitude } from '../../../../wire/coordinate.js';
import type { Coordinate } from '../../../../wire/gossip-pools.js';

/** Two places nearer than this, in seconds, are the same. */
export const ZERO_THRESHOLD = 1e-6;
const NS_A_SECOND = 1e9;

/** Nanoseconds to seconds as Go does it: whole seconds and the rest apart. */
export function seconds(ns: number): number {
  const rest = ns % NS_A_SECOND;
  return (ns - rest) / NS_A_SECOND + rest / NS_A_SECOND;
}

/** Pushed by `force` seconds away from `other`. Two in the same place part in a random direction. */
export function pushed(from: Coordinate, force: number, other: Coordinate, random: () => number): Coordinate {
  let direction = difference(from.Vec, other.Vec);
  const apart = magnitude(direction);
  if (apart > ZERO_THRESHOLD) {
    const scale = 1 / apart;
    direction = direction.map((value) => value * scale);
  } else {
    direction = direction.map(() => random() - 0.5);
    const scale = 1 / Math.max(magnitude(direction), ZERO_THRESHOLD);
    direction = direction.map((value) => value * scale);
  }
  const Vec = from.Vec.map((value, i) => value + (direction[i] ?? 0) * force);
  if (apart <= ZERO_THRESHOLD) return { ...from, Vec };
  const Height = Math.max(HEIGHT_MIN, ((from.Height + other.Height) * force) / apart + from.Height);
  return { ...from, Vec, Height };
}

/** On the wire a list may be nil. */
interface Payload extends Omit<Coordinate, 'Vec'> {
  readonly Vec: readonly number[] | null;
}
const payloadKind: Kind<Payload> = struct<Payload>({
  Vec: list(float),
  Error: float,
  Adjustment: float,
  Height: float,
});

const PAYLOAD_VERSION = 1;

/** What goes out with every ack. */
export function encodeCoordinate(coordinate: Coordinate): Uint8Array {
  return encode(payloadKind, coordinate, PAYLOAD_VERSION);
}

/** Null for an empty, broken or newer payload. */
export function readCoordinate(payload: Uint8Array): Coordinate | null {
  if (payload[0] !== PAYLOAD_VERSION) return null;
  const read = decode(payloadKind, payload, 1);
  return read.ok ? { ...read.value, Vec: read.value.Vec ?? [] } : null;
}
