// What becomes of a call that another server was asked for in vain: whether it is tried again, and what the asker is told. Errors
// cross RPC as texts (spec/rpc.md, "Errors as strings"), so both are judged by them.

import { type Refusal, type RefusalCode, refusal } from '../methods/refusal.js';

export interface AskedFailure {
  readonly ok: false;
  readonly text: string;
  /** `unsent`: the other side never saw it. `lost`: nobody knows. `answered`: this is its answer. */
  readonly kind: 'unsent' | 'lost' | 'answered';
}

const NO_LEADER = 'No cluster leader';
const RECHUNK = 'please resubmit call for rechunking';

/** Texts after which a server asks the leader again; stock's callers look for the same. */
const AGAIN_AT_LEADER = [NO_LEADER, RECHUNK, refusal('queue-full').text];
/** Texts after which a client agent asks again, another server. */
const AGAIN_ELSEWHERE = [NO_LEADER, RECHUNK, refusal('over-limit').text];

/** What was never sent does no harm a second time, and neither does what is repeatable, as reads are, when its answer was lost. */
export function mayAskLeaderAgain({ kind, text }: AskedFailure, isRepeatable: boolean): boolean {
  return kind === 'unsent' || isLostUnharmed(kind, isRepeatable) || AGAIN_AT_LEADER.some((part) => text.includes(part));
}

/** What was never sent has its own rule: there it depends on whether there are other servers. */
export function mayAskElsewhere({ kind, text }: AskedFailure, isRepeatable: boolean): boolean {
  return isLostUnharmed(kind, isRepeatable) || AGAIN_ELSEWHERE.some((part) => text.includes(part));
}

function isLostUnharmed(kind: AskedFailure['kind'], isRepeatable: boolean): boolean {
  return kind === 'lost' && isRepeatable;
}

/** Whether the server could not be reached, or says itself that another might do better. */
export function speaksAgainstServer({ kind, text }: AskedFailure): boolean {
  return kind !== 'answered' || AGAIN_ELSEWHERE.some((part) => text.includes(part));
}

/** Whether no server could be reached, or none knew a leader: not one that is there and has too much to do. */
export function isCutOff({ kind, text }: AskedFailure): boolean {
  return kind !== 'answered' || text.includes(NO_LEADER);
}

/** Parts of texts by what they mean; the first one found counts. */
const MEANINGS: readonly (readonly [string, RefusalCode])[] = [
  [refusal('denied').text, 'denied'],
  ['ACL not found', 'denied'],
  [refusal('queue-full').text, 'queue-full'],
  [refusal('over-limit').text, 'over-limit'],
  [NO_LEADER, 'no-leader'],
];

/** The other server's own word, with the code it would have here where its text is known. */
export function refusalOf({ kind, text }: AskedFailure): Refusal {
  if (kind !== 'answered') return refusal('unreachable', text);
  const meaning = MEANINGS.find(([part]) => text.includes(part));
  return refusal(meaning?.[1] ?? 'failed', text);
}
