// The rows of Intention.*. One struct of arguments serves three questions, of which each uses its own part.

import { list } from '../../../../../msgpack/collections.js';
import { intentionKind, intentionRequest } from '../../../../../msgpack/intentions.js';
import { bool, type Kind, nullable, text } from '../../../../../msgpack/kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { IntentionRequest } from '../../../../../wire/commands.js';
import type { IntentionRecord } from '../../../../../wire/mesh/intentions.js';
import { refusal } from '../../../methods/contract/refusal.js';
import {
  applyIntention,
  checkIntention,
  getIntention,
  INTENTION_NOT_FOUND,
  type IntentionChange,
  type IntentionCheck,
  type IntentionKey,
  type IntentionList,
  type IntentionMatch,
  listIntentions,
  type Matches,
  matchIntentions,
} from '../../../methods/mesh/intention.js';
import { emptyAsNil, UNLIMITED } from '../lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from '../query-options.js';
import type { ReadRow, Row, WriteRow } from '../row.js';

interface ExactQuery {
  readonly SourceNS: string;
  readonly SourceName: string;
  readonly SourcePartition: string;
  readonly SourcePeer: string;
  readonly SourceSamenessGroup: string;
  readonly DestinationNS: string;
  readonly DestinationName: string;
  readonly DestinationPartition: string;
}

const exactQuery: Kind<ExactQuery> = struct<ExactQuery>({
  SourceNS: text,
  SourceName: text,
  SourcePartition: text,
  SourcePeer: text,
  SourceSamenessGroup: text,
  DestinationNS: text,
  DestinationName: text,
  DestinationPartition: text,
});

interface CheckQuery {
  readonly SourceNS: string;
  readonly SourceName: string;
  readonly SourcePartition: string;
  readonly DestinationNS: string;
  readonly DestinationName: string;
  readonly DestinationPartition: string;
  readonly SourceType: string;
}

const checkQuery: Kind<CheckQuery> = struct<CheckQuery>({
  SourceNS: text,
  SourceName: text,
  SourcePartition: text,
  DestinationNS: text,
  DestinationName: text,
  DestinationPartition: text,
  SourceType: text,
});

interface MatchEntry {
  readonly Namespace: string;
  readonly Partition: string;
  readonly Name: string;
}

interface MatchQuery {
  /** `source` or `destination`. */
  readonly Type: string;
  readonly Entries: readonly MatchEntry[] | null;
  readonly WithSamenessGroups: boolean;
}

const matchQuery: Kind<MatchQuery> = struct<MatchQuery>({
  Type: text,
  Entries: list(struct<MatchEntry>({ Namespace: text, Partition: text, Name: text })),
  WithSamenessGroups: bool,
});

interface QueryArguments extends QueryOptions {
  readonly IntentionID: string;
  readonly Match: MatchQuery | null;
  readonly Check: CheckQuery | null;
  readonly Exact: ExactQuery | null;
}

const queryArguments = struct<QueryArguments>({
  Datacenter: text,
  IntentionID: text,
  Match: nullable(matchQuery),
  Check: nullable(checkQuery),
  Exact: nullable(exactQuery),
  ...queryOptionKinds,
});

function askQuery(part: Partial<QueryArguments>, options: QueryOptions): QueryArguments {
  return { IntentionID: '', Match: null, Check: null, Exact: null, ...options, ...part };
}

interface ListArguments extends QueryOptions {
  readonly Legacy: boolean;
}

interface IntentionsReply extends QueryMeta {
  /** Where intentions stand. */
  readonly DataOrigin: string;
  readonly Intentions: readonly IntentionRecord[] | null;
}

const IN_CONFIG_ENTRIES = 'config';
const intentions = list(intentionKind, UNLIMITED);
const intentionsReply = struct<IntentionsReply>({ DataOrigin: text, Intentions: intentions, ...queryMetaKinds });

const get: ReadRow<QueryArguments, IntentionsReply, IntentionKey, IntentionRecord | null> = {
  kind: 'read',
  method: getIntention,
  arguments: queryArguments,
  reply: intentionsReply,
  request({ IntentionID, Exact }) {
    if (IntentionID !== '') return { id: IntentionID };
    if (Exact === null) return refusal('failed', 'must specify either IntentionID or Exact query');
    return { id: null, source: Exact.SourceName, destination: Exact.DestinationName };
  },
  ask(key, options) {
    if (key.id !== null) return askQuery({ IntentionID: key.id }, options);
    const Exact = { ...exactQuery.zero, SourceName: key.source, DestinationName: key.destination };
    return askQuery({ Exact }, options);
  },
  missed: (found) => (found === null ? INTENTION_NOT_FOUND : null),
  show: (found, meta) => ({
    DataOrigin: IN_CONFIG_ENTRIES,
    Intentions: found === null ? null : [found],
    ...meta,
  }),
  value: ({ Intentions }) => Intentions?.[0] ?? null,
};

const all: ReadRow<ListArguments, IntentionsReply, IntentionList, readonly IntentionRecord[]> = {
  kind: 'read',
  method: listIntentions,
  arguments: struct<ListArguments>({ Datacenter: text, Legacy: bool, ...queryOptionKinds }),
  reply: intentionsReply,
  request: ({ Filter }) => ({ filter: Filter }),
  ask: ({ filter }, options) => ({ Legacy: false, ...options, Filter: filter }),
  show: (found, meta) => ({ DataOrigin: IN_CONFIG_ENTRIES, Intentions: found, ...meta }),
  value: ({ Intentions }) => Intentions ?? [],
};

interface MatchReply extends QueryMeta {
  readonly Matches: readonly (readonly IntentionRecord[] | null)[] | null;
}

const match: ReadRow<QueryArguments, MatchReply, IntentionMatch, Matches> = {
  kind: 'read',
  method: matchIntentions,
  arguments: queryArguments,
  reply: struct<MatchReply>({ Matches: list(intentions), ...queryMetaKinds }),
  request({ Match }) {
    const side = Match?.Type;
    if (side !== 'source' && side !== 'destination')
      return refusal('failed', `invalid intention match type: ${side ?? ''}`);
    return { side, names: (Match?.Entries ?? []).map(({ Name }) => Name) };
  },
  ask({ side, names }, options) {
    const Entries = names.map((Name) => ({ Namespace: '', Partition: '', Name }));
    return askQuery({ Match: { Type: side, Entries, WithSamenessGroups: false } }, options);
  },
  show: (found, meta) => ({ Matches: found.map(emptyAsNil), ...meta }),
  value: ({ Matches }) => (Matches ?? []).map((found) => found ?? []),
};

interface CheckReply {
  readonly Allowed: boolean;
}

const check: WriteRow<QueryArguments, CheckReply, IntentionCheck, boolean> = {
  kind: 'write',
  method: checkIntention,
  arguments: queryArguments,
  reply: struct<CheckReply>({ Allowed: bool }),
  request({ Check }) {
    if (Check === null) return refusal('failed', 'Check must be specified on args');
    if (Check.SourceType !== '' && Check.SourceType !== 'consul') {
      return refusal('failed', `unsupported SourceType: ${JSON.stringify(Check.SourceType)}`);
    }
    return { source: Check.SourceName, destination: Check.DestinationName };
  },
  ask: ({ source, destination }, { Datacenter, Token }) => ({
    ...queryArguments.zero,
    Datacenter,
    Token,
    Check: { ...checkQuery.zero, SourceName: source, DestinationName: destination, SourceType: 'consul' },
  }),
  show: (Allowed) => ({ Allowed }),
  value: ({ Allowed }) => Allowed,
};

const apply: WriteRow<IntentionRequest, string, IntentionChange, string> = {
  kind: 'write',
  method: applyIntention,
  arguments: intentionRequest,
  reply: text,
  request({ Op, Intention, Mutation }) {
    if (Mutation !== null) return refusal('failed', 'Mutation field is internal only and must not be set via RPC');
    return Intention === null ? refusal('failed', 'Intention must be specified') : { op: Op, intention: Intention };
  },
  ask: ({ op, intention }, { Datacenter, Token }) => ({
    Datacenter,
    Token,
    Op: op,
    Intention: intention,
    Mutation: null,
  }),
  show: (id) => id,
  value: (id) => id,
};

export const intentionRows: readonly Row[] = [get, all, match, check, apply];
