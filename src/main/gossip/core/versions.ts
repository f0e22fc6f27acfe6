// Whether the members of two states can all speak with each other (spec/gossip.md, section 5).

import { type PushPullNode, STATE_ALIVE } from '../wire/messages.js';
import { type NodeRecord, VERSION_BYTES, type Versions } from './node.js';

/** Whether a member says something sensible about its versions. */
export function isSensible({ protocolMin, protocolMax }: Versions): boolean {
  return protocolMin > 0 && protocolMax > 0 && protocolMin <= protocolMax;
}

/** The range that all living members understand. */
interface Range {
  low: number;
  high: number;
  delegateLow: number;
  delegateHigh: number;
}

function narrow(range: Range, versions: Uint8Array | null): void {
  if (versions === null || versions.length < VERSION_BYTES) return;
  range.low = Math.max(range.low, versions[0] ?? 0);
  range.high = Math.min(range.high, versions[1] ?? 0);
  range.delegateLow = Math.max(range.delegateLow, versions[3] ?? 0);
  range.delegateHigh = Math.min(range.delegateHigh, versions[4] ?? 0);
}

/** A member that doesn't say what it speaks counts as speaking version 0. */
function outside(
  { low, high, delegateLow, delegateHigh }: Range,
  name: string,
  said: Uint8Array | null,
): string | null {
  const versions = said !== null && said.length >= VERSION_BYTES ? said : null;
  const protocol = versions?.[2] ?? 0;
  const delegate = versions?.[5] ?? 0;
  if (protocol < low || protocol > high) {
    return `Node '${name}' protocol version (${protocol}) is incompatible: [${low}, ${high}]`;
  }
  if (delegate < delegateLow || delegate > delegateHigh) {
    return `Node '${name}' delegate protocol version (${delegate}) is incompatible: [${delegateLow}, ${delegateHigh}]`;
  }
  return null;
}

/** Members looked at in one go: far below a millisecond. */
const MEMBERS_A_STEP = 1000;

/** Why the two states must not be merged; null when they may. What several members say in the same bytes is looked at once. */
export function* incompatibility(
  remote: readonly PushPullNode[],
  local: readonly NodeRecord[],
): Generator<void, string | null> {
  const range: Range = { low: 0, high: 255, delegateLow: 0, delegateHigh: 255 };
  // A loop for each list: one that took a function for what differs would run it, not compiled yet, ten thousand times in a join.
  let looked = 0;
  let last: Uint8Array | null = null;
  for (const { State, Vsn } of remote) {
    if (State === STATE_ALIVE && Vsn !== last) narrow(range, Vsn);
    if (State === STATE_ALIVE) last = Vsn;
    looked += 1;
    if (looked % MEMBERS_A_STEP === 0) yield;
  }
  for (const { state, versionBytes } of local) {
    if (state === 'alive' && versionBytes !== last) narrow(range, versionBytes);
    if (state === 'alive') last = versionBytes;
    looked += 1;
    if (looked % MEMBERS_A_STEP === 0) yield;
  }
  let passed: Uint8Array | null | undefined;
  for (const { Name, Vsn } of remote) {
    const problem = Vsn === passed ? null : outside(range, Name, Vsn);
    if (problem !== null) return problem;
    passed = Vsn;
    looked += 1;
    if (looked % MEMBERS_A_STEP === 0) yield;
  }
  for (const { name, versionBytes } of local) {
    const problem = versionBytes === passed ? null : outside(range, name, versionBytes);
    if (problem !== null) return problem;
    passed = versionBytes;
    looked += 1;
    if (looked % MEMBERS_A_STEP === 0) yield;
  }
  return null;
}
