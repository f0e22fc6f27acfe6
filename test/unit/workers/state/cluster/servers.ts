// Servers of a pool, by number.

import assert from 'node:assert/strict';
import { MEMBER_STATUS } from '../../../../../src/wire/gossip-pools.js';
import { type KnownServer, serverOf } from '../../../../../src/workers/state/cluster/known-servers.js';
import { member, SERVER_TAGS } from '../leader/leader-fixture.js';

/** `srv-<number>` at 10.0.0.<number>, which expects three servers unless its tags say otherwise. */
export function expecting(
  number: number,
  tags: { readonly [name: string]: string } = {},
  status: number = MEMBER_STATUS.alive,
): KnownServer {
  const all = { ...SERVER_TAGS, id: `id-${number}`, expect: '3', ...tags };
  const server = serverOf(member(`srv-${number}`, all, { address: `10.0.0.${number}`, status }), 'dc1');
  assert.ok(server);
  return server;
}
