// `peers.json`: an operator's word that these servers are the cluster from now on, when too few of the old ones are left to
// elect a leader (spec/raft.md, section 7). Beside it `peers.info` says what it is for.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitHostPort } from '../../../gotext/host-port.js';
import { syncDirectory } from '../../../wire/sync-directory.js';
import { type Configuration, problemOf, type Server } from '../core/configuration.js';
import { StorageFailure } from './storage-failure.js';

const PEERS = 'peers.json';
const INFO = 'peers.info';
const FIELDS = ['id', 'address', 'non_voter'];
const EXPLANATION = `A cluster of which too few servers are left to elect a leader can be told by hand who is left.

Stop the servers that are left. On each of them write the same peers.json into this directory:

  [
    { "id": "<what the file node-id says>", "address": "10.0.0.1:8300", "non_voter": false },
    { "id": "<node-id of the next>", "address": "10.0.0.2:8300", "non_voter": false }
  ]

and start them again. Each takes everything in its log for committed, goes by this list, and deletes the file. Entries that had
not been acknowledged may come true by that, and entries that only the lost servers had are gone: it is the last resort.
`;

/** Who is the cluster from now on. */
export interface ForcedPeers {
  readonly configuration: Configuration;
  /** The list is in effect, and must not be in effect again at the next start. */
  done(): Promise<void>;
}

/** null when the operator says nothing. `isNew`: this server has no state yet. Throws a StorageFailure for what can't be read. */
export async function readPeersFile(raftDirectory: string, isNew: boolean): Promise<ForcedPeers | null> {
  const place = join(raftDirectory, PEERS);
  const isFirstStart = await explain(raftDirectory);
  const text = await textOf(place);
  if (text === null) return null;
  const remove = async (): Promise<void> => {
    await rm(place, { force: true });
    await syncDirectory(raftDirectory);
  };
  if (isFirstStart && isNew) {
    await remove();
    return null;
  }
  if (isNew) throw new StorageFailure('damaged', 'recovery failed: there is no state to recover, remove peers.json');
  const peers = parsePeers(text);
  if (typeof peers === 'string') throw new StorageFailure('damaged', `recovery failed to parse ${PEERS}: ${peers}`);
  return { configuration: peers, done: remove };
}

/** Answers whether nothing had been explained yet. */
async function explain(raftDirectory: string): Promise<boolean> {
  try {
    await writeFile(join(raftDirectory, INFO), EXPLANATION, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await syncDirectory(raftDirectory);
  return true;
}

async function textOf(place: string): Promise<string | null> {
  try {
    return await readFile(place, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** What the file says, or what is wrong with it. */
export function parsePeers(text: string): Configuration | string {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    return (error as Error).message;
  }
  if (!Array.isArray(read)) return 'it must be an array of {"id", "address", "non_voter"}';
  const servers: Server[] = [];
  for (const [i, element] of read.entries()) {
    const server = serverOf(element);
    if (typeof server === 'string') return `server ${i + 1}: ${server}`;
    servers.push(server);
  }
  return problemOf({ servers }) ?? { servers };
}

function serverOf(element: unknown): Server | string {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    return 'it must be an object with "id", "address" and, for a server without a vote, "non_voter": true';
  }
  const unknown = Object.keys(element).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) return `unknown field ${JSON.stringify(unknown)}`;
  const { id, address, non_voter: isNonVoter = false } = element as { [field: string]: unknown };
  if (typeof id !== 'string' || id === '') return '"id" must be the node ID of a server';
  if (typeof address !== 'string' || !isHostPort(address)) return '"address" must be host:port';
  if (typeof isNonVoter !== 'boolean') return '"non_voter" must be true or false';
  return { suffrage: isNonVoter ? 'nonvoter' : 'voter', id, address };
}

function isHostPort(address: string): boolean {
  const { host, port } = splitHostPort(address);
  return host !== '' && address.includes(':') && Number.isInteger(port) && port > 0 && port < 65_536;
}
