// One round of one kind of ACL records: both listings are compared, what is here alone is deleted, what is missing or different is
// read at the primary datacenter and written, some at a time.

import type { Command } from '../../../../wire/commands.js';
import { isRefusal, refusal } from '../../methods/contract/refusal.js';
import type { Consensus } from '../../replica/consensus.js';
import type { AclReads } from '../../replica/store/read-api.js';
import { turns } from '../../turns/turns.js';
import type { Primary } from '../primary/primary.js';
import { type Replicated, RoundFailure, type RoundOutcome } from '../primary/rounds.js';
import type { AclRecords } from './acl-records.js';
import { batches, MOST_BYTES, sizeOf } from './batches.js';
import { difference } from './difference.js';

export interface AclRoundOptions {
  readonly acl: AclReads;
  readonly primary: Primary;
  readonly consensus: Pick<Consensus, 'propose'>;
}

/** An ID is some forty bytes in a command. */
const MOST_DELETED = 4_096;
const MOST_WRITTEN = 1_024;
const MOST_PROBLEMS = 16;

export class AclRound<Row> implements Replicated {
  readonly #records: AclRecords<Row>;
  readonly #options: AclRoundOptions;

  constructor(records: AclRecords<Row>, options: AclRoundOptions) {
    this.#records = records;
    this.#options = options;
  }

  get name(): AclRecords<Row>['name'] {
    return this.#records.name;
  }

  async round(seenIndex: number, signal: AbortSignal): Promise<RoundOutcome> {
    const { acl, primary } = this.#options;
    const listing = await this.#records.list(primary, { minIndex: seenIndex, signal });
    if (isRefusal(listing)) throw new RoundFailure(`failed to list ${this.name}`, listing);
    // Less than was seen: another state was restored there.
    const since = listing.index < seenIndex ? 0 : seenIndex;
    const { deletions, changes } = await turns.finished(difference(this.#records.here(acl), listing.value, since));
    if (signal.aborted) return ended();
    for (const ids of chunks(deletions, MOST_DELETED)) await this.#delete(ids, signal);
    const problems: string[] = [];
    for (const ids of chunks(changes, this.#records.mostRead)) {
      // What is gone there by now is deleted here by the next round.
      const rows = await this.#records.read(primary, ids, { minIndex: 0, signal });
      if (isRefusal(rows)) throw new RoundFailure(`failed to read ${this.name}`, rows);
      const limits = { most: MOST_WRITTEN, mostSize: MOST_BYTES, sizeOf };
      for (const batch of batches<Row>(rows, limits)) problems.push(...(await this.#write(batch, signal)));
    }
    return { index: listing.index, problems: problems.slice(0, MOST_PROBLEMS) };
  }

  async #delete(all: readonly string[], signal: AbortSignal): Promise<void> {
    const ids = all.filter((id) => !this.#records.lasting.has(id.toLowerCase()));
    if (ids.length === 0) return;
    const problem = await this.#propose(this.#records.deletion(ids), signal);
    if (problem !== null) throw new RoundFailure(`failed to delete ${this.name}`, { text: problem });
  }

  /** What of it couldn't be written, and why. */
  async #write(rows: readonly Row[], signal: AbortSignal): Promise<string[]> {
    const problems: string[] = [];
    const { takable, inTheWay } = this.#judged(rows, problems);
    if (inTheWay.length > 0) await this.#delete(inTheWay, signal);
    if (takable.length === 0) return problems;
    if ((await this.#propose(this.#records.writing(takable), signal)) === null) return problems;
    // One of them is refused, and with it all the others: each for itself.
    for (const row of takable) {
      const problem = await this.#propose(this.#records.writing([row]), signal);
      if (problem !== null) problems.push(`${this.#records.called(row)}: ${problem}`);
    }
    return problems;
  }

  #judged(rows: readonly Row[], problems: string[]): { takable: Row[]; inTheWay: string[] } {
    const takable: Row[] = [];
    const inTheWay = new Set<string>();
    for (const row of rows) {
      const obstacle = this.#records.obstacle(this.#options.acl, row);
      if (obstacle !== null && 'problem' in obstacle) {
        problems.push(`${this.#records.called(row)}: ${obstacle.problem}`);
        continue;
      }
      if (obstacle !== null) inTheWay.add(obstacle.goes);
      takable.push(row);
    }
    return { takable, inTheWay: [...inTheWay] };
  }

  /** null: done; else why the state refuses it. Throws where nothing can be written at all. */
  async #propose(command: Command, signal: AbortSignal): Promise<string | null> {
    if (signal.aborted) return ended();
    const outcome = await this.#options.consensus.propose(command);
    if (!outcome.ok && outcome.code !== 'unencodable') {
      throw new RoundFailure(`failed to write ${this.name}`, refusal(outcome.code, outcome.text));
    }
    if (!outcome.ok) return outcome.text ?? outcome.code;
    return outcome.result.kind === 'error' ? outcome.result.text : null;
  }
}

/** Whoever began the round has ended it: what it would say is read by nobody. */
function ended(): never {
  throw new RoundFailure('ended', refusal('leadership-lost'));
}

function chunks<Item>(items: readonly Item[], most: number): Item[][] {
  return batches(items, { most, mostSize: Number.POSITIVE_INFINITY, sizeOf: () => 0 });
}
