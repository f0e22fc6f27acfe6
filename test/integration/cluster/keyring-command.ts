// The command that shows and changes gossip keys, as an operator runs it.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '../../agent-process.js';
import { repositoryRoot } from '../../data.js';

const run = promisify(execFile);

/** What it prints; rejects with its `stderr` when it fails. `http`: the agent's address. */
export async function keyringOnce(http: string, flags: readonly string[]): Promise<string> {
  return (await run(path.join(repositoryRoot, 'lictor'), ['keyring', `-http-addr=${http}`, ...flags])).stdout;
}

/** As an operator does it again who reads that a member didn't answer in time: nothing is wrong with doing it twice. */
export async function keyring(http: string, flags: readonly string[]): Promise<string> {
  let said = '';
  await waitFor(async () => {
    try {
      said = await keyringOnce(http, flags);
      return true;
    } catch (error) {
      if (!/: no answer/.test(String(error))) throw error;
      return false;
    }
  }, `every member to answer to keyring ${flags[0]}`);
  return said;
}
