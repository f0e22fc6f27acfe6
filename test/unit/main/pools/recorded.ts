// What the real agents of consul-live.json look like to each other, for the tests of Consul's pools.

import assert from 'node:assert/strict';
import { loadConfig } from '../../../../src/main/config/load.js';
import { encodeTags } from '../../../../src/main/gossip/serf/protocol/tags.js';
import type { PushPullNode } from '../../../../src/main/gossip/wire/messages.js';
import type { RuntimeConfig } from '../../../../src/wire/config.js';
import { readVectors } from '../gossip/vectors.js';

type TagRecord = { readonly [name: string]: string };

export interface LiveCase {
  readonly name: string;
  readonly nodes?: readonly (PushPullNode & { readonly tags: TagRecord })[];
  readonly member: string;
  readonly tags: TagRecord;
  readonly wan: boolean;
  readonly answer: string;
}

export const live = readVectors<LiveCase>('consul-live').cases;

export function recordedNode(pool: 'LAN' | 'WAN', name: string): PushPullNode & { readonly tags: TagRecord } {
  const found = live.find((entry) => entry.name.startsWith(`${pool} pool: answer`));
  const node = found?.nodes?.find((candidate) => candidate.Name === name);
  assert.ok(node !== undefined, name);
  return node;
}

export function configOf(...argv: readonly string[]): RuntimeConfig {
  const loaded = loadConfig(argv);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error);
  return loaded.config;
}

export function metaOf(tags: TagRecord): Uint8Array {
  const meta = encodeTags(new Map(Object.entries(tags)));
  assert.ok(meta !== null);
  return meta;
}
