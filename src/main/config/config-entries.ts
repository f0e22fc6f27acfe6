// The entries that a new leader writes where there are none of their names: `config_entries.bootstrap`.

import { expressionError } from '../../filter/parser.js';
import { EncodeError } from '../../msgpack/errors.js';
import { entryContent } from '../../wasm/entry-hash.js';
import { decodeEntry } from '../../wire/config-entries/decode.js';
import type { ConfigEntry } from '../../wire/config-entries/entries.js';
import { entryError } from '../../wire/config-entries/rules/entry-error.js';
import { normalizedEntry } from '../../wire/config-entries/rules/normalize.js';
import type { Problems } from './problems.js';
import type { AgentConfig } from './schema/agent.js';

export function buildConfigEntries({ config_entries }: AgentConfig, problems: Problems): readonly ConfigEntry[] {
  return config_entries.bootstrap.map((given, at) => {
    const decoded = decodeEntry(given);
    if (!decoded.ok) return problems.refuse(`config_entries.bootstrap[${at}]: ${decoded.error}`);
    const entry = normalizedEntry(decoded.entry);
    const error = entryError(entry, expressionError) ?? encodingError(entry);
    return error === null ? entry : problems.refuse(`config_entries.bootstrap[${at}]: ${error}`);
  });
}

/** What the log has no form for, no leader could ever write. */
function encodingError(entry: ConfigEntry): string | null {
  try {
    entryContent(entry);
    return null;
  } catch (thrown) {
    if (thrown instanceof EncodeError) return thrown.message;
    throw thrown;
  }
}
