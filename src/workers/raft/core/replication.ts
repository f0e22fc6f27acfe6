// AppendEntries as a follower takes it (spec/raft.md section 3, AppendEntries 4 to 6): find where the leader's log and the
// own one agree, delete what differs, append the rest.

import type { Configuration } from './configuration.js';
import { decodeConfiguration } from './configuration-codec.js';
import { type EntryRun, EntryType, type LogIndex, lastIndexOf, ORIGIN, type Position } from './entry.js';
import type { RaftLog } from './log.js';
import type { Membership } from './membership.js';
import type { AppendRequest } from './message.js';
import { sliceRun } from './packed.js';

/** Answers the last index that both logs have in common now, or null when they don't agree on `previous`. */
export function takeEntries(log: RaftLog, membership: Membership, request: AppendRequest): LogIndex | null {
  const { previous, runs } = request;
  // What is committed here is in every leader's log, even where compaction has left no term to compare. A snapshot that isn't
  // proven may be in nobody's: what came before it is gone, and can't be compared.
  const isSure = previous.index <= log.sure && !log.isUnproven;
  if (!isSure && log.termAt(previous.index) !== previous.term) return null;
  let through = previous.index;
  for (const run of runs) {
    const fresh = freshPart(log, run);
    through = lastIndexOf(run);
    if (fresh === null) continue;
    if (fresh.firstIndex <= log.last.index) {
      const keep = (fresh.firstIndex - 1) as LogIndex;
      log.truncateAfter(keep);
      membership.truncateAfter(keep);
    }
    log.append(fresh);
    const configuration = configurationOf(fresh);
    if (configuration) membership.append(fresh.firstIndex, configuration);
  }
  return through;
}

/**
 * Where a leader whose entry at `previous` isn't in this log should look next: no index after the answer can be in both logs, or
 * it isn't worth asking for, being of the term that differs (the Raft paper, 5.3, "the conflicting term"). An unproven snapshot
 * has taken the place of everything that could be compared.
 */
export function mayAgreeThrough(log: RaftLog, previous: Position): LogIndex {
  if (previous.index > log.last.index) return log.last.index;
  if (log.isUnproven && previous.index <= log.snapshot.index) return ORIGIN.index;
  const before = log.endBeforeTermAt(previous.index);
  return Math.max(before, log.sure) as LogIndex;
}

/** The part of a run that this log doesn't have, or has otherwise; null when it has all of it. */
function freshPart(log: RaftLog, run: EntryRun): EntryRun | null {
  const last = lastIndexOf(run);
  let index = run.firstIndex as number;
  while (index <= last && (index <= log.sure || log.termAt(index as LogIndex) === run.term)) index += 1;
  if (index > last) return null;
  return sliceRun(run, index as LogIndex, last);
}

/** What a configuration entry says; null for any other one. */
export function configurationOf(run: EntryRun): Configuration | null {
  return run.type === EntryType.configuration ? decodeConfiguration(run.payload.subarray(4)) : null;
}
