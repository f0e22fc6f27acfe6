// Where this agent is in the network, told to the catalog from time to time: the more agents there are, the rarer, so that all of
// them together are no more than 64 reports a second (spec/agent.md, section 8, "coordinates").

import type { Logger } from '../../../../observe/logger.js';
import type { Random } from '../../../../random/random.js';
import type { Coordinate } from '../../../../wire/gossip-pools.js';
import type { Calls } from '../../calls/calls.js';
import { updateCoordinate } from '../../methods/catalog/coordinate.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import type { TokenResolver } from '../../methods/contract/token-resolver.js';
import { jitter } from '../state/clock.js';
import { isBlockedByAcls, warnBlocked } from './blocked-by-acls.js';

const SHORTEST_MS = 15_000;
const AGENT_MS = 1000 / 64;
/** Until the first report. By then main has told where this agent is, which it does every 5 s (`-dev`: 0.5 s). */
const FIRST_MS = 6_000;
const DEV_FIRST_MS = 600;

export interface CoordinateReportsOptions {
  readonly nodeName: string;
  readonly datacenter: string;
  readonly random: Random;
  readonly calls: Pick<Calls, 'obstacle' | 'write'>;
  /** The agent's own. */
  readonly token: () => string;
  readonly acls: TokenResolver;
  /** Members of the LAN pool. */
  readonly members: () => number;
  /** null while there is nothing to tell. */
  readonly own: () => Coordinate | null;
  readonly devMode: boolean;
  /** Named `agent`. */
  readonly logger: Logger;
}

/** Milliseconds until the next report. */
export function reportInterval(members: number, random: Random): number {
  const intervalMs = Math.max(SHORTEST_MS, members * AGENT_MS);
  return intervalMs + jitter(random, intervalMs);
}

export class CoordinateReports {
  readonly #options: CoordinateReportsOptions;
  #timer: NodeJS.Timeout;

  constructor(options: CoordinateReportsOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#first(), options.devMode ? DEV_FIRST_MS : FIRST_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** In a pool of thousands it waits for its turn, since all of them may have been started at once. */
  #first(): void {
    if (this.#options.members() * AGENT_MS <= SHORTEST_MS) this.#next();
    else this.#timer = this.#arm();
  }

  #arm(): NodeJS.Timeout {
    const { members, random } = this.#options;
    return setTimeout(() => this.#next(), reportInterval(members(), random));
  }

  /** What nobody could take now is out of date by the time that somebody can. */
  #next(): void {
    this.#timer = this.#arm();
    const { own, calls } = this.#options;
    const coordinate = own();
    if (coordinate !== null && calls.obstacle === null) void this.#report(coordinate);
  }

  async #report(Coord: Coordinate): Promise<void> {
    const { calls, nodeName, datacenter, token, acls, logger } = this.#options;
    const secret = token();
    const record = { Node: nodeName, Segment: '', Partition: '', Coord };
    const answer = await calls.write(updateCoordinate, record, datacenter, { token: secret });
    if (!isRefusal(answer)) return;
    if (isBlockedByAcls(answer)) {
      warnBlocked(logger, acls, { token: secret, message: 'Coordinate update blocked by ACLs', fields: [] });
    } else logger.error('Coordinate update error', 'error', answer.text);
  }
}
