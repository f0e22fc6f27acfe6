// Which intentions concern a service, and what they say of a connection. The first that fits decides, in the order of
// precedence; where none does, whoever asks has a rule of their own.

import type { IntentionRecord } from '../../../../wire/mesh/intentions.js';
import { type IntentionsEntry, intentionsOf } from './from-entry.js';
import { comparePrecedence, WILDCARD } from './precedence.js';

/** Entries by destination. */
export interface IntentionSource {
  entry(destination: string): IntentionsEntry | undefined;
  all(): readonly IntentionsEntry[];
}

export type MatchSide = 'source' | 'destination';

/** Those of the service and those of all services, what counts first first. */
export function matchIntentions(from: IntentionSource, side: MatchSide, name: string): readonly IntentionRecord[] {
  const found = side === 'destination' ? ofDestination(from, name) : ofSource(from, name);
  return found.sort(comparePrecedence);
}

function ofDestination(from: IntentionSource, name: string): IntentionRecord[] {
  const names = name === WILDCARD ? [name] : [name, WILDCARD];
  return names.flatMap((destination) => {
    const entry = from.entry(destination);
    return entry === undefined ? [] : intentionsOf(entry);
  });
}

function ofSource(from: IntentionSource, name: string): IntentionRecord[] {
  return from.all().flatMap((entry) => intentionsOf(entry).filter((intention) => isFrom(intention, name)));
}

/** Of this cluster: a service of a peer is another one. */
function isFrom({ SourceName, SourcePeer }: IntentionRecord, service: string): boolean {
  return SourcePeer === '' && (SourceName === service || SourceName === WILDCARD);
}

export function listIntentions(from: IntentionSource): readonly IntentionRecord[] {
  return from.all().flatMap(intentionsOf).sort(comparePrecedence);
}

/** Undefined: nothing is said of connections between the two. */
export function decidingIntention(
  from: IntentionSource,
  source: string,
  destination: string,
): IntentionRecord | undefined {
  return firstFrom(matchIntentions(from, 'destination', destination), source);
}

/** Of those that match a destination. */
export function firstFrom(matched: readonly IntentionRecord[], source: string): IntentionRecord | undefined {
  return matched.find((intention) => isFrom(intention, source));
}

/** Of connections alone: what depends on the request is not allowed to those who can't see it. */
export function allowsConnections({ Action, Permissions }: IntentionRecord): boolean {
  return Action === 'allow' && (Permissions ?? []).length === 0;
}

export function exactIntention(
  from: IntentionSource,
  source: string,
  destination: string,
): IntentionRecord | undefined {
  const entry = from.entry(destination);
  if (entry === undefined) return undefined;
  return intentionsOf(entry).find(({ SourceName, SourcePeer }) => SourcePeer === '' && SourceName === source);
}

export function intentionById(from: IntentionSource, id: string): IntentionRecord | undefined {
  const wanted = id.toLowerCase();
  for (const entry of from.all()) {
    const found = intentionsOf(entry).find(({ ID }) => ID !== '' && ID.toLowerCase() === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
