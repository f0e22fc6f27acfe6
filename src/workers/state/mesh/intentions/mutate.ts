// Changes one source of a `service-intentions` entry (spec/fsm.md, section 10, "Intention"). By names a source is put in or
// replaced, whether its destination has an entry already or not; by ID those are meant that were made with one. The entry comes
// out as it would be written by itself, or is gone with its last source.

import { emptyEntry } from '../../../../wire/config-entries/entries.js';
import { intentionsError, normalizedIntentions } from '../../../../wire/config-entries/rules/intentions.js';
import type { SourceIntention } from '../../../../wire/config-entries/service-intentions.js';
import type { IntentionMutation } from '../../../../wire/mesh/intentions.js';
import { type IntentionsEntry, sourcesOf } from './from-entry.js';
import type { IntentionSource } from './match.js';

export type Mutated =
  /** `entry` null: nothing is left of it. */
  | { readonly ok: true; readonly destination: string; readonly entry: IntentionsEntry | null }
  /** Nothing is to be changed. */
  | { readonly ok: true; readonly destination: null }
  | { readonly ok: false; readonly error: string };

const UNCHANGED: Mutated = { ok: true, destination: null };
const YEAR_ONE_NS = -62_135_596_800n * 1_000_000_000n;

function fail(error: string): Mutated {
  return { ok: false, error };
}

export function mutate(from: IntentionSource, op: string, mutation: IntentionMutation): Mutated {
  switch (op) {
    case 'create':
      return create(from, mutation);
    case 'update':
      return update(from, mutation);
    case 'delete':
      return mutation.ID === '' ? deleteExact(from, mutation) : deleteById(from, mutation.ID);
    case 'upsert':
      return upsert(from, mutation);
    default:
      return fail(`Invalid Intention operation "${op}"`);
  }
}

function create(from: IntentionSource, { Destination, Value }: IntentionMutation): Mutated {
  if (Value === null) return fail('Intention mutation without a value');
  const entry = from.entry(Destination.Name) ?? emptyEntry('service-intentions', Destination.Name);
  return written(entry, [...sourcesOf(entry), Value]);
}

function update(from: IntentionSource, { ID, Value }: IntentionMutation): Mutated {
  if (Value === null) return fail('Intention mutation without a value');
  const entry = entryWith(from, ID);
  if (entry === undefined) return fail(`Cannot modify non-existent intention: '${ID}'`);
  return written(
    entry,
    sourcesOf(entry).map((source) => (hasId(source, ID) ? Value : source)),
  );
}

function upsert(from: IntentionSource, { Destination, Source, Value }: IntentionMutation): Mutated {
  if (Value === null) return fail('Intention mutation without a value');
  const entry = from.entry(Destination.Name) ?? emptyEntry('service-intentions', Destination.Name);
  const sources = sourcesOf(entry);
  const isMeant = (source: SourceIntention) => source.Name === Source.Name && source.Peer === Value.Peer;
  if (!sources.some(isMeant)) return written(entry, [...sources, Value]);
  return written(
    entry,
    sources.map((source) => (isMeant(source) ? Value : source)),
  );
}

function deleteExact(from: IntentionSource, { Destination, Source }: IntentionMutation): Mutated {
  const entry = from.entry(Destination.Name);
  return entry === undefined
    ? UNCHANGED
    : without(entry, (source) => source.Peer === '' && source.Name === Source.Name);
}

function deleteById(from: IntentionSource, id: string): Mutated {
  const entry = entryWith(from, id);
  return entry === undefined ? UNCHANGED : without(entry, (source) => hasId(source, id));
}

function without(entry: IntentionsEntry, isGone: (source: SourceIntention) => boolean): Mutated {
  const sources = sourcesOf(entry);
  const left = sources.filter((source) => !isGone(source));
  if (left.length === sources.length) return UNCHANGED;
  return left.length === 0 ? { ok: true, destination: entry.Name, entry: null } : written(entry, left);
}

function hasId({ LegacyID }: SourceIntention, id: string): boolean {
  return LegacyID !== '' && LegacyID.toLowerCase() === id.toLowerCase();
}

function entryWith(from: IntentionSource, id: string): IntentionsEntry | undefined {
  return from.all().find((entry) => sourcesOf(entry).some((source) => hasId(source, id)));
}

function written(entry: IntentionsEntry, sources: readonly SourceIntention[]): Mutated {
  const next = normalizedIntentions({ ...entry, Sources: sources.map(withoutYearOne) });
  const error = intentionsError(next);
  return error === null ? { ok: true, destination: entry.Name, entry: next } : fail(error);
}

/** A time that nobody gave is none. */
function withoutYearOne(source: SourceIntention): SourceIntention {
  const { LegacyCreateTime: created, LegacyUpdateTime: updated } = source;
  if (created !== YEAR_ONE_NS && updated !== YEAR_ONE_NS) return source;
  return {
    ...source,
    LegacyCreateTime: created === YEAR_ONE_NS ? null : created,
    LegacyUpdateTime: updated === YEAR_ONE_NS ? null : updated,
  };
}
