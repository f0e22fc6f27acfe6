// The intentions that stand in a `service-intentions` entry, one for each of its sources. They are kept with the entry: equal
// objects mean that nothing has changed.

import { createHash } from 'node:crypto';
import type { EntryOf } from '../../../../wire/config-entries/entries.js';
import type { SourceIntention } from '../../../../wire/config-entries/service-intentions.js';
import type { IntentionRecord } from '../../../../wire/mesh/intentions.js';

export type IntentionsEntry = EntryOf<'service-intentions'>;

const kept = new WeakMap<IntentionsEntry, readonly IntentionRecord[]>();

export function intentionsOf(entry: IntentionsEntry): readonly IntentionRecord[] {
  let intentions = kept.get(entry);
  if (intentions === undefined) {
    intentions = sourcesOf(entry).map((source) => intentionOf(entry, source));
    kept.set(entry, intentions);
  }
  return intentions;
}

export function sourcesOf({ Sources }: IntentionsEntry): readonly SourceIntention[] {
  return (Sources ?? []).filter((source) => source !== null);
}

function intentionOf(entry: IntentionsEntry, source: SourceIntention): IntentionRecord {
  const { LegacyID } = source;
  const plain: IntentionRecord = {
    CreatedAt: source.LegacyCreateTime,
    UpdatedAt: source.LegacyUpdateTime,
    ID: LegacyID,
    Description: source.Description,
    SourceNS: 'default',
    SourceName: source.Name,
    SourcePartition: '',
    SourcePeer: source.Peer,
    SourceSamenessGroup: source.SamenessGroup,
    DestinationNS: 'default',
    DestinationName: entry.Name,
    DestinationPartition: '',
    SourceType: source.Type,
    Action: source.Action,
    Permissions: source.Permissions,
    Meta: LegacyID === '' ? entry.Meta : source.LegacyMeta,
    Precedence: source.Precedence,
    Hash: '',
    CreateIndex: entry.CreateIndex,
    ModifyIndex: entry.ModifyIndex,
  };
  return LegacyID === '' ? plain : { ...plain, Hash: hashOf(plain) };
}

/** Tells two contents of one ID apart, and nothing else is done with it. */
function hashOf({ ID, Description, SourceName, DestinationName, Action, Meta, UpdatedAt }: IntentionRecord): string {
  const content = [ID, Description, SourceName, DestinationName, Action, Meta, String(UpdatedAt)];
  return createHash('sha256').update(JSON.stringify(content)).digest('base64');
}
