// One round of the config entries, intentions among them. What is refused may depend on what comes later, so that it is tried once
// more when everything else is done, for as long as that gets any of it on.

import { type Command, CommandType } from '../../../../wire/commands.js';
import { type ConfigEntry, emptyEntry } from '../../../../wire/config-entries/entries.js';
import { authorizeToken } from '../../methods/acl/authorize.js';
import { isRefusal, refusal } from '../../methods/contract/refusal.js';
import { listAllConfigEntries } from '../../methods/mesh/config-entry.js';
import type { Consensus } from '../../replica/consensus.js';
import type { ConfigEntryReads } from '../../replica/store/read-api.js';
import { turns } from '../../turns/turns.js';
import type { Primary } from '../primary/primary.js';
import { type Replicated, RoundFailure, type RoundOutcome } from '../primary/rounds.js';
import { batches, MOST_BYTES, sizeOf } from './batches.js';
import { type EntryChange, entryDifference, entryName } from './entry-difference.js';

export interface EntryRoundOptions {
  readonly datacenter: string;
  readonly configEntries: ConfigEntryReads;
  readonly primary: Primary;
  readonly consensus: Pick<Consensus, 'propose'>;
}

/** So many go to the log at once. */
const MOST_AT_ONCE = 64;
const MOST_PROBLEMS = 16;
/** Rules that somebody needs to see all config entries. */
const SEES_ALL = ['mesh', 'service', 'intention'].map((Resource) => ({ Resource, Access: 'read', Segment: '' }));
const HIDDEN = refusal('failed', 'the replication token may not see all of them');

interface Refused {
  readonly change: EntryChange;
  readonly problem: string;
}

export class EntryRound implements Replicated {
  readonly name = 'config-entries';
  readonly #options: EntryRoundOptions;

  constructor(options: EntryRoundOptions) {
    this.#options = options;
  }

  async round(seenIndex: number, signal: AbortSignal): Promise<RoundOutcome> {
    const { configEntries, primary } = this.#options;
    const listing = await primary.read(listAllConfigEntries, [], { minIndex: seenIndex, signal });
    if (isRefusal(listing)) throw new RoundFailure('failed to list config entries', listing);
    if (listing.isFiltered) throw new RoundFailure('failed to list config entries', HIDDEN);
    const since = listing.index < seenIndex ? 0 : seenIndex;
    const { changes, problems } = await turns.finished(
      entryDifference(configEntries.all().value, listing.value, since),
    );
    if (changes.some(({ op }) => op === 'delete')) await this.#makeSureOfAll();
    const refused = await this.#carryOut(changes, signal);
    const told = refused.map(({ change, problem }) => `${entryName(change.entry)}: ${problem}`);
    return { index: listing.index, problems: [...problems, ...told].slice(0, MOST_PROBLEMS) };
  }

  /** Who has no token isn't told that something is kept from him: what he doesn't see there must not be deleted here. */
  async #makeSureOfAll(): Promise<void> {
    const answers = await this.#options.primary.ask(authorizeToken, SEES_ALL);
    if (isRefusal(answers)) {
      if (answers.refused === 'acls-off') return;
      throw new RoundFailure('failed to list config entries', answers);
    }
    if (!answers.every(({ Allow }) => Allow)) throw new RoundFailure('failed to list config entries', HIDDEN);
  }

  async #carryOut(changes: readonly EntryChange[], signal: AbortSignal): Promise<readonly Refused[]> {
    let left = changes;
    for (;;) {
      const refused = await this.#tryAll(left, signal);
      if (refused.length === 0 || refused.length === left.length) return refused;
      left = refused.map(({ change }) => change);
    }
  }

  async #tryAll(changes: readonly EntryChange[], signal: AbortSignal): Promise<readonly Refused[]> {
    const limits = { most: MOST_AT_ONCE, mostSize: MOST_BYTES, sizeOf: ({ entry }: EntryChange) => sizeOf(entry) };
    const refused: Refused[] = [];
    for (const batch of batches(changes, limits)) {
      if (signal.aborted) throw new RoundFailure('ended', refusal('leadership-lost'));
      const outcomes = await Promise.all(batch.map((change) => this.#propose(change)));
      for (const [at, change] of batch.entries()) {
        const problem = outcomes[at] ?? null;
        if (problem !== null) refused.push({ change, problem });
      }
    }
    return refused;
  }

  /** null: done; else why the state refuses it. */
  async #propose(change: EntryChange): Promise<string | null> {
    const outcome = await this.#options.consensus.propose(this.#command(change));
    if (!outcome.ok && outcome.code !== 'unencodable') {
      throw new RoundFailure('failed to write config entries', refusal(outcome.code, outcome.text));
    }
    if (!outcome.ok) return outcome.text ?? outcome.code;
    return outcome.result.kind === 'error' ? outcome.result.text : null;
  }

  #command({ op, entry }: EntryChange): Command {
    const Entry: ConfigEntry = op === 'delete' ? emptyEntry(entry.Kind, entry.Name) : entry;
    const { datacenter } = this.#options;
    return { type: CommandType.configEntry, body: { Datacenter: datacenter, Token: '', Op: op, Entry } };
  }
}
