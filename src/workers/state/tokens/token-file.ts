// `acl-tokens.json` in the data directory: the agent's secrets that were set through the API, with
// `acl.enable_token_persistence` (spec/agent.md, "Data directory"). Written as a whole under another name first, so that a
// crash leaves the old file or the new one.

import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import { AGENT_TOKENS, type AgentTokenName } from '../../../wire/agent-secrets.js';
import type { SetSecrets } from './agent-tokens.js';

const NAME = 'acl-tokens.json';
/** Its name in older files. */
const FORMER_RECOVERY = 'agent_master';
const MODE = 0o600;

export type ReadTokens =
  | { readonly ok: true; readonly set: SetSecrets }
  | { readonly ok: false; readonly error: string };

/** What was kept; nothing where there is no file. */
export function readTokenFile(dataDir: string): ReadTokens {
  const file = path.join(dataDir, NAME);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ok: true, set: new Map() };
    return { ok: false, error: String(error) };
  }
  try {
    return { ok: true, set: tokensIn(JSON.parse(text)) };
  } catch {
    return { ok: false, error: `${file} isn't the JSON of an object` };
  }
}

function tokensIn(parsed: unknown): SetSecrets {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('not an object');
  const given = new Map(Object.entries(parsed));
  const set = new Map<AgentTokenName, string>();
  for (const name of AGENT_TOKENS) {
    const value: unknown = given.get(name) ?? (name === 'agent_recovery' ? given.get(FORMER_RECOVERY) : undefined);
    if (typeof value === 'string' && value !== '') set.set(name, value);
  }
  return set;
}

/** Empty ones are left out. */
export function tokenFileText(set: SetSecrets): string {
  const kept = AGENT_TOKENS.filter((name) => (set.get(name) ?? '') !== '');
  return JSON.stringify(Object.fromEntries(kept.map((name) => [name, set.get(name)])));
}

/** Durable when it resolves; rejects with what went wrong. */
export async function writeTokenFile(dataDir: string, set: SetSecrets): Promise<void> {
  const file = path.join(dataDir, NAME);
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w', MODE);
  try {
    // One that was left by a crash keeps the mode that it had.
    await handle.chmod(MODE);
    await handle.writeFile(tokenFileText(set));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const directory = await open(dataDir, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
