// What becomes of a call that another server was asked for in vain: whether it is tried again, and what the asker is told. Errors
// cross RPC as texts (spec/rpc.md, "Errors as strings"), so both are judged by them. Each hop puts words of its own in front of
// a text, and names that users gave stand in quotes: what counts is how a text ends, or, of a few, that they are in it.

import { type Refusal, type RefusalCode, refusal } from '../methods/contract/refusal.js';

export interface AskedFailure {
  readonly ok: false;
  readonly text: string;
  /** `unsent`: the other side never saw it. `lost`: nobody knows. `answered`: this is its answer. */
  readonly kind: 'unsent' | 'lost' | 'answered';
}

const NO_LEADER = refusal('no-leader').text;
const RECHUNK = 'please resubmit call for rechunking';

/** Texts after which a server asks the leader again; stock's callers look for the same. */
const AGAIN_AT_LEADER = [NO_LEADER, RECHUNK, refusal('queue-full').text];
/** Texts after which a client agent asks again, another server. */
const AGAIN_ELSEWHERE = [NO_LEADER, RECHUNK, refusal('over-limit').text];

/** What was never sent does no harm a second time, and neither does what is repeatable, as reads are, when its answer was lost. */
export function mayAskLeaderAgain({ kind, text }: AskedFailure, isRepeatable: boolean): boolean {
  return kind === 'unsent' || isLostUnharmed(kind, isRepeatable) || endsWithOne(text, AGAIN_AT_LEADER);
}

/** What was never sent has its own rule: there it depends on whether there are other servers. */
export function mayAskElsewhere({ kind, text }: AskedFailure, isRepeatable: boolean): boolean {
  return isLostUnharmed(kind, isRepeatable) || endsWithOne(text, AGAIN_ELSEWHERE);
}

function isLostUnharmed(kind: AskedFailure['kind'], isRepeatable: boolean): boolean {
  return kind === 'lost' && isRepeatable;
}

/** Whether the server could not be reached, or says itself that another might do better. */
export function speaksAgainstServer({ kind, text }: AskedFailure): boolean {
  return kind !== 'answered' || endsWithOne(text, AGAIN_ELSEWHERE);
}

/** Whether no server could be reached, or none knew a leader: not one that is there and has too much to do. */
export function isCutOff({ kind, text }: AskedFailure): boolean {
  return kind !== 'answered' || text.endsWith(NO_LEADER);
}

function endsWithOne(text: string, ends: readonly string[]): boolean {
  return ends.some((end) => text.endsWith(end));
}

/** Stock's clients look for these anywhere: what isn't allowed is named behind them. */
const DENIALS = [refusal('denied').text, 'ACL not found'];
/** What the log has no form for is said with the place of it. */
const UNENCODABLE = /^(?:rpc error making call: )+cannot encode message: /;

/** Texts that mean what they mean here, from whichever server they come. */
const MEANINGS: readonly (readonly [string, RefusalCode])[] = [
  ...(
    [
      'rate-limited',
      'over-limit',
      'queue-full',
      'no-leader',
      'no-datacenter',
      'not-ready',
      'leadership-lost',
      'restored',
      'transferring',
      'acls-off',
    ] as const
  ).map((code) => [refusal(code).text, code] as const),
  ['Must provide key', 'bad-request'],
  ['Intention not found', 'not-found'],
  ['Query not found', 'not-found'],
  ['Cannot find token to delete', 'not-found'],
];

/** The other server's own word, with the code it would have here where its text is known. */
export function refusalOf({ kind, text }: AskedFailure): Refusal {
  return refusal(kind === 'answered' ? codeOf(text) : 'unreachable', text);
}

/** What a server's error means; `failed` where nothing more is known of it. */
export function codeOf(text: string): RefusalCode {
  if (DENIALS.some((part) => text.includes(part))) return 'denied';
  if (UNENCODABLE.test(text)) return 'unencodable';
  return MEANINGS.find(([end]) => text.endsWith(end))?.[1] ?? 'failed';
}
