// Whether the members of two states can all speak with each other (spec/gossip.md, section 5).

import { type PushPullNode, STATE_ALIVE } from '../wire/messages.js';
import { type NodeRecord, readVersions, type Versions } from './node.js';

/** Whether a member says something sensible about its versions. */
export function isSensible({ protocolMin, protocolMax }: Versions): boolean {
  return protocolMin > 0 && protocolMax > 0 && protocolMin <= protocolMax;
}

const UNKNOWN: Versions = {
  protocolMin: 0,
  protocolMax: 0,
  protocol: 0,
  delegateMin: 0,
  delegateMax: 0,
  delegate: 0,
};

interface Speaker {
  readonly name: string;
  readonly isAlive: boolean;
  readonly versions: Versions | null;
}

/** Why the two states must not be merged; null when they may. */
export function incompatibility(remote: readonly PushPullNode[], local: readonly NodeRecord[]): string | null {
  const speakers: Speaker[] = remote.map((node) => ({
    name: node.Name,
    isAlive: node.State === STATE_ALIVE,
    versions: readVersions(node.Vsn),
  }));
  for (const node of local)
    speakers.push({ name: node.name, isAlive: node.state === 'alive', versions: node.versions });

  let [low, high, delegateLow, delegateHigh] = [0, 255, 0, 255];
  for (const { isAlive, versions } of speakers) {
    if (!isAlive || versions === null) continue;
    low = Math.max(low, versions.protocolMin);
    high = Math.min(high, versions.protocolMax);
    delegateLow = Math.max(delegateLow, versions.delegateMin);
    delegateHigh = Math.min(delegateHigh, versions.delegateMax);
  }
  for (const { name, versions } of speakers) {
    const { protocol, delegate } = versions ?? UNKNOWN;
    if (protocol < low || protocol > high) {
      return `Node '${name}' protocol version (${protocol}) is incompatible: [${low}, ${high}]`;
    }
    if (delegate < delegateLow || delegate > delegateHigh) {
      return `Node '${name}' delegate protocol version (${delegate}) is incompatible: [${delegateLow}, ${delegateHigh}]`;
    }
  }
  return null;
}
