// What is known of a member (spec/gossip.md, sections 5 and 6).

import { joinHostPort } from '../../../gotext/host-port.js';
import { ipText } from '../../../gotext/ip.js';
import type { Suspicion } from './suspicion.js';
import type { Timer } from './timers.js';

/** Where a member listens: 4 or 16 bytes as on the wire, UDP and TCP. Addresses are compared by these bytes. */
export interface Address {
  readonly ip: Uint8Array;
  readonly port: number;
}

/** A copy of an address's bytes, null when they are none. */
export function ipOf(bytes: Uint8Array | null): Uint8Array | null {
  return bytes?.length === 4 || bytes?.length === 16 ? new Uint8Array(bytes) : null;
}

export function isSameAddress(a: Address, b: Address): boolean {
  if (a.port !== b.port || a.ip.length !== b.ip.length) return false;
  // A loop: for so few bytes a call into native code costs several times as much.
  for (let i = 0; i < a.ip.length; i += 1) if (a.ip[i] !== b.ip[i]) return false;
  return true;
}

/** `10.0.0.1:8301`, `[2001:db8::1]:8301`. */
export function addressText({ ip, port }: Address): string {
  const text = ipText(ip);
  // To look for a colon in a text that was just put together costs more than the rest.
  return ip.length === 4 ? `${text}:${port}` : joinHostPort(text, port);
}

export interface Versions {
  readonly protocolMin: number;
  readonly protocolMax: number;
  readonly protocol: number;
  readonly delegateMin: number;
  readonly delegateMax: number;
  readonly delegate: number;
}

/** What a member says about its versions takes this many bytes. */
export const VERSION_BYTES = 6;

/** Null when it says too little. */
export function readVersions(bytes: Uint8Array | null): Versions | null {
  if (bytes === null || bytes.length < VERSION_BYTES) return null;
  return {
    protocolMin: bytes[0] ?? 0,
    protocolMax: bytes[1] ?? 0,
    protocol: bytes[2] ?? 0,
    delegateMin: bytes[3] ?? 0,
    delegateMax: bytes[4] ?? 0,
    delegate: bytes[5] ?? 0,
  };
}

export type NodeState = 'alive' | 'suspect' | 'dead' | 'left';

/** A member as the layers above see it. */
export interface NodeInfo {
  readonly name: string;
  readonly address: Address;
  readonly meta: Uint8Array;
  /** As on the wire; null when the member didn't say. */
  readonly versionBytes: Uint8Array | null;
}

/** A member in the table. The byte values are the table's own. */
export interface NodeRecord extends NodeInfo {
  address: Address;
  meta: Uint8Array;
  versionBytes: Uint8Array | null;
  versions: Versions | null;
  incarnation: number;
  state: NodeState;
  /** When the state changed last. */
  changedMs: number;
  suspicion: { readonly suspicion: Suspicion; timer: Timer } | null;
}

/** A copy that later changes don't reach. */
export function infoOf({ name, address, meta, versionBytes }: NodeInfo): NodeInfo {
  return { name, address, meta, versionBytes };
}

/** The newest protocol version the member understands, 0 when it didn't say. */
export function protocolMax(node: NodeRecord): number {
  return node.versions?.protocolMax ?? 0;
}

export function isGone(node: NodeRecord): boolean {
  return node.state === 'dead' || node.state === 'left';
}
