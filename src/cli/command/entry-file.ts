// A config entry in a file or on standard input, in HCL or JSON.

import { parseHcl } from '../../hcl/parse.js';
import { decodeEntry } from '../../wire/config-entries/decode.js';
import type { ConfigEntry } from '../../wire/config-entries/entries.js';
import { readInput } from './input.js';

export type FoundEntry =
  | { readonly ok: true; readonly entry: ConfigEntry }
  /** The whole text of what went wrong. */
  | { readonly ok: false; readonly error: string };

/** `word` names a file, or is `-`. */
export async function readEntry(word: string): Promise<FoundEntry> {
  const input = await readInput(word === '-' ? word : `@${word}`);
  if (!input.ok) return { ok: false, error: `Failed to load data: Failed to read file: ${input.error}` };
  const parsed = parseHcl(input.data.toString('utf8'));
  if (!parsed.ok) return { ok: false, error: `Failed to decode config entry input: ${parsed.error}` };
  const decoded = decodeEntry(parsed.value);
  if (decoded.ok) return decoded;
  return { ok: false, error: `Failed to decode config entry input: ${decoded.error.trimEnd()}` };
}
