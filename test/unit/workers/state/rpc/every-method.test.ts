// A method that servers can't be asked would be a 500 on every follower and client agent.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAskable } from '../../../../../src/workers/state/rpc/server-asker.js';

/** What a server's DNS reads of its own store, and a client agent's finds in the answers to other questions. */
const OF_DNS = ['Catalog.AddressOwners', 'Catalog.Node'];
/** What a server's gRPC ports read of its own store. */
const OF_GRPC = ['Catalog.NodeInstance', 'Catalog.ReadyServers'];

const folder = new URL('../../../../../src/workers/state/methods/', import.meta.url);

/** Reads, writes and what any server answers, by the one function that each of them has. */
function nameOf(exported: unknown): string | null {
  if (typeof exported !== 'object' || exported === null || !('name' in exported)) return null;
  const isMethod = 'prepare' in exported || 'decide' in exported || 'answer' in exported;
  return isMethod && typeof exported.name === 'string' ? exported.name : null;
}

test('servers can be asked every method', async () => {
  const names: string[] = [];
  for (const file of fs
    .readdirSync(fileURLToPath(folder), { encoding: 'utf8', recursive: true })
    .filter((one) => one.endsWith('.js'))) {
    const module = (await import(new URL(file, folder).href)) as { readonly [name: string]: unknown };
    names.push(...Object.values(module).flatMap((exported) => nameOf(exported) ?? []));
  }
  assert.ok(names.length > 30, `${names.length} methods`);
  assert.deepEqual(names.filter((name) => !isAskable(name)).sort(), [...OF_DNS, ...OF_GRPC]);
});
