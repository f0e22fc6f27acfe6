// Intention.*: who may call whom. Intentions are read from the `service-intentions` entries that they stand in; a change of one is
// judged here against the entry as it is, and once more when it is applied.

import { randomUUID } from 'node:crypto';
import { errorList } from '../../../../gotext/multierror.js';
import { CommandType } from '../../../../wire/commands.js';
import type { SourceIntention } from '../../../../wire/config-entries/service-intentions.js';
import type { IntentionMutation, IntentionRecord } from '../../../../wire/mesh/intentions.js';
import type { Authorizer } from '../../acl/access.js';
import { intentionFields } from '../../filter/fields.js';
import { legacyProblems } from '../../mesh/intentions/legacy-rules.js';
import {
  allowsConnections,
  decidingIntention,
  exactIntention,
  type IntentionSource,
  intentionById,
  listIntentions as listed,
  type MatchSide,
  matchIntentions as matched,
} from '../../mesh/intentions/match.js';
import { mutate } from '../../mesh/intentions/mutate.js';
import { otherNamespaceProblem } from '../../mesh/intentions/one-namespace.js';
import type { StoreReads, WatchTarget } from '../../replica/store/read-api.js';
import type { Asker } from '../contract/asker.js';
import type { LeaderView, ReadMethod, WriteMethod } from '../contract/method.js';
import { keepInSteps, matcherOf } from '../contract/narrowing.js';
import { toPrimary } from '../contract/primary.js';
import { isRefusal, type Refusal, refusal } from '../contract/refusal.js';
import { sightOf } from '../contract/sight.js';
import { unchangedAs } from '../contract/unchanged.js';

export const INTENTION_NOT_FOUND = refusal('not-found', 'Intention not found');
const INTENTIONS = 'service-intentions';
const NS_PER_MS = 1_000_000n;
/** As stock's log has a time that nobody gave. */
const YEAR_ONE_NS = -62_135_596_800n * 1_000_000_000n;

type Intentions = readonly IntentionRecord[];

function sourceOf({ configEntries }: StoreReads): IntentionSource {
  return {
    entry: (destination) => configEntries.get(INTENTIONS, destination).value ?? undefined,
    all: () => configEntries.list(INTENTIONS).value,
  };
}

/** Intentions are kept with their entries: the same objects as long as nothing has changed. */
function areSame(now: Intentions, before: Intentions): boolean {
  return now.length === before.length && now.every((intention, at) => intention === before[at]);
}

/** Either side's is enough. */
function maySee(authorizer: Authorizer, { SourceName, DestinationName }: IntentionRecord): boolean {
  return authorizer.allows('intention:read', SourceName) || authorizer.allows('intention:read', DestinationName);
}

/** By the ID it was made with, or by both names. */
export type IntentionKey =
  | { readonly id: string }
  | { readonly id: null; readonly source: string; readonly destination: string };

export const getIntention: ReadMethod<IntentionKey, IntentionRecord | null> = {
  name: 'Intention.Get',
  prepare(store, key, authorizer) {
    const problem = key.id === null ? null : idProblem(key.id);
    if (problem !== null) return problem;
    const from = sourceOf(store);
    const find = () =>
      key.id === null ? exactIntention(from, key.source, key.destination) : intentionById(from, key.id);
    return {
      refuse() {
        const found = find();
        return found === undefined || maySee(authorizer, found) ? null : refusal('denied');
      },
      read: () => ({ index: store.index('config-entries'), value: find() ?? null }),
      watch: () =>
        key.id === null
          ? store.targets.configEntry(INTENTIONS, key.destination)
          : store.targets.configEntries(INTENTIONS),
      missing: ({ value }) => value === null,
    };
  },
};

/** How a look-up of the ID fails; null when it can be looked up. */
export function idProblem(id: string): Refusal | null {
  const refuse = (what: string) => refusal('bad-request', `failed config entry lookup: index error: ${what}`);
  if (id.length !== 36) return refuse('UUID must be 36 characters');
  const digits = id.replaceAll('-', '');
  const hyphens = id.length - digits.length;
  if (hyphens > 4) return refuse(`UUID should have maximum of 4 "-"; got ${hyphens}`);
  if (digits.length % 2 !== 0) return refuse('UUID (without hyphens) must be even length');
  return /^[0-9a-f]*$/i.test(digits) ? null : refuse('invalid UUID');
}

export interface IntentionList {
  /** An expression of the filter language; "" for none. */
  readonly filter: string;
}

export const listIntentions: ReadMethod<IntentionList, Intentions> = {
  name: 'Intention.List',
  prepare(store, { filter }, authorizer) {
    const matcher = matcherOf(filter, intentionFields);
    if (isRefusal(matcher)) return matcher;
    const from = sourceOf(store);
    const sight = sightOf(authorizer, 'intention:read');
    return {
      // The list is made for the final answer alone.
      read: () => ({ index: store.index('config-entries'), value: [] }),
      watch: () => store.targets.allConfigEntries(),
      *narrowInSteps() {
        const all: Intentions = listed(from);
        const seen = sight === null ? all : yield* sight.keep(all, (one) => maySee(authorizer, one));
        return matcher === null ? seen : yield* keepInSteps(seen, matcher, (one) => matcher.matches(one));
      },
      ...(sight === null ? {} : { sight }),
    };
  },
};

export interface IntentionMatch {
  readonly side: MatchSide;
  readonly names: readonly string[];
}

/** One list for each name. */
export type Matches = readonly Intentions[];

export const matchIntentions: ReadMethod<IntentionMatch, Matches> = {
  name: 'Intention.Match',
  prepare(store, { side, names }, authorizer) {
    for (const name of names) if (!authorizer.allows('intention:read', name)) return refusal('denied');
    const from = sourceOf(store);
    return {
      read: () => ({
        index: store.index('config-entries'),
        value: names.map((name) => matched(from, side, name)),
      }),
      watch: () => matchTargets(store, side, names),
      missing: unchangedAs<Matches>(
        (now, before) => now.length === before.length && now.every((list, at) => areSame(list, before[at] ?? [])),
      ),
    };
  },
};

function matchTargets({ targets }: StoreReads, side: MatchSide, names: readonly string[]): readonly WatchTarget[] {
  if (side === 'source') return targets.configEntries(INTENTIONS);
  return [...new Set([...names, '*'])].flatMap((name) => targets.configEntry(INTENTIONS, name));
}

export interface IntentionCheck {
  readonly source: string;
  readonly destination: string;
}

/** Whether a connection would be let through. The leader answers it: where nothing is said of the two, its settings do. */
export const checkIntention: WriteMethod<IntentionCheck, boolean> = {
  name: 'Intention.Check',
  isRepeatable: true,
  decide({ store, allowsUnnamedConnections }, { source, destination }, { authorizer }) {
    if (!authorizer.allows('service:read', destination)) return refusal('denied');
    const deciding = decidingIntention(sourceOf(store), source, destination);
    return { reply: deciding === undefined ? allowsUnnamedConnections() : allowsConnections(deciding) };
  },
};

export interface IntentionChange {
  /** `create`, `update`, `delete` or `upsert`. */
  readonly op: string;
  /** What it is to be, or which one is meant: by its ID, or by its names. */
  readonly intention: IntentionRecord;
}

type Judged = { readonly mutation: IntentionMutation; readonly id: string } | Refusal;

/** Answers the ID of the intention; "" when it has none. */
export const applyIntention: WriteMethod<IntentionChange, string> = {
  name: 'Intention.Apply',
  decide(leader, { op, intention }, asker) {
    const elsewhere = otherNamespaceProblem(intention);
    if (elsewhere !== null) return refusal('failed', elsewhere);
    const other = toPrimary(leader);
    if (other !== null) return other;
    const judged = judge(leader, op, intention, asker);
    if (isRefusal(judged)) return judged;
    const { mutation, id } = judged;
    const mutated = mutate(sourceOf(leader.store), op, mutation);
    if (!mutated.ok) return refusal('failed', mutated.error);
    if (mutated.destination === null) return { reply: id };
    const { datacenter } = leader;
    const body = { Datacenter: datacenter, Token: asker.token, Op: op, Intention: null, Mutation: mutation };
    return { command: { type: CommandType.intention, body }, errorPrefix: '', reply: () => id };
  },
};

function judge({ store }: LeaderView, op: string, given: IntentionRecord, asker: Asker): Judged {
  const { ID } = given;
  const mayWrite = (destination: string) => asker.authorizer.allows('intention:write', destination);
  if (op === 'upsert' || (op === 'delete' && ID === '')) {
    if (!mayWrite(given.DestinationName)) return refusal('denied');
    return op === 'upsert' ? upsertOf(given) : { mutation: mutationOf(given, '', null), id: '' };
  }
  if (op === 'create') return mayWrite(given.DestinationName) ? createOf(given) : refusal('denied');
  if (op !== 'update' && op !== 'delete') return refusal('failed', `Invalid Intention operation: ${op}`);
  const problem = idProblem(ID);
  if (problem !== null) return problem;
  const stored = intentionById(sourceOf(store), ID);
  if (stored === undefined) {
    return refusal('failed', `Cannot ${op === 'update' ? 'modify' : 'delete'} non-existent intention: '${ID}'`);
  }
  if (!mayWrite(stored.DestinationName)) return refusal('denied');
  return op === 'update' ? updateOf(given, stored) : { mutation: mutationOf(stored, ID, null), id: ID };
}

function upsertOf(given: IntentionRecord): Judged {
  if (given.ID !== '') return refusal('failed', 'ID must not be specified');
  if (Object.keys(given.Meta ?? {}).length > 0) return refusal('failed', 'Meta must not be specified');
  const times = { LegacyCreateTime: YEAR_ONE_NS, LegacyUpdateTime: YEAR_ONE_NS };
  return { mutation: mutationOf(given, '', { ...sourceValue(given), ...times }), id: '' };
}

function createOf(given: IntentionRecord): Judged {
  if (given.ID !== '') return refusal('failed', 'ID must be empty when creating a new intention');
  const id = randomUUID();
  return legacyMutation(given, id, now(), '');
}

function updateOf(given: IntentionRecord, stored: IntentionRecord): Judged {
  if (given.DestinationName !== stored.DestinationName) {
    return refusal('failed', 'Cannot modify DestinationNS or DestinationName for an intention once it exists.');
  }
  return legacyMutation(given, stored.ID, stored.CreatedAt ?? now(), stored.ID);
}

function legacyMutation(given: IntentionRecord, id: string, createdAt: bigint, meantId: string): Judged {
  const intention = { ...given, SourceType: given.SourceType || 'consul' };
  const problems = legacyProblems(intention);
  if (problems.length > 0) return refusal('failed', errorList(problems));
  const value: SourceIntention = {
    ...sourceValue(intention),
    LegacyID: id,
    LegacyMeta: given.Meta,
    LegacyCreateTime: createdAt,
    LegacyUpdateTime: now(),
  };
  return { mutation: mutationOf(given, meantId, value), id };
}

function mutationOf(
  { SourceName, DestinationName }: IntentionRecord,
  ID: string,
  Value: SourceIntention | null,
): IntentionMutation {
  return { ID, Destination: { Name: DestinationName }, Source: { Name: SourceName }, Value };
}

function sourceValue(given: IntentionRecord): SourceIntention {
  return {
    Name: given.SourceName,
    Action: given.Action,
    Permissions: given.Permissions,
    Precedence: 0,
    LegacyID: '',
    Type: given.SourceType,
    Description: given.Description,
    LegacyMeta: null,
    LegacyCreateTime: null,
    LegacyUpdateTime: null,
    Peer: given.SourcePeer,
    SamenessGroup: given.SourceSamenessGroup,
  };
}

function now(): bigint {
  return BigInt(Date.now()) * NS_PER_MS;
}
