// The config entries of the agent's configuration that nobody has written yet: a new leader proposes them, and somebody else's
// entry of the name, written meanwhile, stays (spec/raft.md, section 10).

import { contentHash, entryContent } from '../../../wasm/entry-hash.js';
import { type Command, CommandType } from '../../../wire/commands.js';
import type { ConfigEntry } from '../../../wire/config-entries/entries.js';
import type { ConfigEntryReads } from '../replica/store/read-api.js';

function creation(datacenter: string, entry: ConfigEntry): Command {
  const Entry = { ...entry, Hash: contentHash(entryContent(entry)), CreateIndex: 0, ModifyIndex: 0 };
  return { type: CommandType.configEntry, body: { Datacenter: datacenter, Token: '', Op: 'upsert-cas', Entry } };
}

export function missingEntries(
  datacenter: string,
  configured: readonly ConfigEntry[],
  reads: ConfigEntryReads,
): readonly { readonly name: string; readonly command: Command }[] {
  return configured
    .filter(({ Kind, Name }) => reads.get(Kind, Name).value === null)
    .map((entry) => ({ name: `${entry.Kind}/${entry.Name}`, command: creation(datacenter, entry) }));
}
