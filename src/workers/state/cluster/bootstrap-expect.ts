// A server that was told how many to expect waits for them in the LAN pool, and begins a cluster with them; all of them may do
// so at the same time (spec/raft.md, section 7). It stops waiting when there is one, here or at any of the others.

import type { Logger } from '../../../observe/logger.js';
import type { RaftConfiguration, RaftOrder } from '../../../wire/raft/raft-orders.js';
import { beginning, gathering, type PeersAnswer } from './expectation.js';
import type { KnownServer } from './known-servers.js';
import type { ServerQuestions } from './server-questions.js';

/** Before each further try. A server that has just started is known by gossip a moment before it answers: that comes first. */
const WAITS_MS = [200, 1_000, 2_000, 4_000, 8_000, 16_000] as const;

export interface BootstrapExpectOptions {
  readonly expect: number;
  readonly ownName: string;
  /** Servers of this datacenter in the LAN pool as it is now. */
  readonly servers: () => readonly KnownServer[];
  readonly questions: Pick<ServerQuestions, 'peers'>;
  readonly configuration: () => Promise<RaftConfiguration>;
  /** null: done. */
  readonly order: (order: RaftOrder) => Promise<string | null>;
  /** Named `agent.server`. */
  readonly logger: Logger;
}

export class BootstrapExpect {
  readonly #options: BootstrapExpectOptions;
  #isOver = false;
  #isLooking = false;
  /** Somebody came or went while it was looking. */
  #isNews = false;
  /** The last complaint: members change often, and it is said once. */
  #complaint = '';
  #endWait: () => void = () => {};

  constructor(options: BootstrapExpectOptions) {
    this.#options = options;
    this.#isOver = options.expect < 2;
  }

  /** Called at first, and whenever a server of the pool changed. */
  look(): void {
    this.#isNews = true;
    this.#endWait();
    if (this.#isLooking || this.#isOver) return;
    this.#isLooking = true;
    void this.#lookWhileThereIsNews();
  }

  stop(): void {
    this.#isOver = true;
    this.#endWait();
  }

  async #lookWhileThereIsNews(): Promise<void> {
    while (this.#isNews && !this.#isOver) {
      this.#isNews = false;
      await this.#lookOnce();
    }
    this.#isLooking = false;
  }

  async #lookOnce(): Promise<void> {
    const { expect, ownName, servers, logger } = this.#options;
    if (await this.#hasData()) return;
    const found = gathering({ name: ownName, expect }, servers());
    if (found.kind === 'conflict') this.#complain(found.message, found.fields);
    if (found.kind !== 'ask') return;
    const answers = await this.#ask(found.servers);
    if (answers === null) return;
    const next = beginning(answers);
    switch (next.kind) {
      case 'exists':
        this.#isOver = true;
        logger.info(
          'Existing Raft peers reported by server, disabling bootstrap mode',
          ...['server', next.toldBy.name, 'this_server', ownName],
        );
        return;
      case 'unknown':
        this.#complain('a server does not say whether there is a cluster, nobody begins one', [
          ...['server', next.silent.name, 'this_server', ownName],
        ]);
        // It may be able to say later.
        this.#isNews = true;
        return;
      case 'begin':
        await this.#begin(next.peers);
        return;
    }
  }

  async #hasData(): Promise<boolean> {
    const { index } = await this.#options.configuration();
    if (index === 0) return false;
    if (!this.#isOver) this.#options.logger.info('Raft data found, disabling bootstrap mode');
    this.#isOver = true;
    return true;
  }

  async #begin(peers: Extract<RaftOrder, { order: 'bootstrap' }>['peers']): Promise<void> {
    const { order, logger } = this.#options;
    this.#isOver = true;
    const addresses = peers.map(({ address }) => address).join(',');
    logger.info('Found expected number of peers, attempting bootstrap', 'peers', addresses);
    const problem = await order({ order: 'bootstrap', peers });
    if (problem !== null) logger.error('Failed to bootstrap cluster', 'error', problem);
  }

  /** Who doesn't answer is asked again; null: there is news, which may make all of it idle. */
  async #ask(servers: readonly KnownServer[]): Promise<readonly PeersAnswer[] | null> {
    const { questions, ownName, logger } = this.#options;
    const answers = new Map<KnownServer, readonly string[] | null>();
    for (let tries = 1; ; tries += 1) {
      const silent = servers.filter((server) => (answers.get(server) ?? null) === null);
      const peers = await Promise.all(silent.map(({ address }) => questions.peers(address)));
      for (const [at, server] of silent.entries()) answers.set(server, peers[at] ?? null);
      if (this.#isNews || this.#isOver) return null;
      const missing = silent.find((server) => answers.get(server) === null);
      const waitMs = WAITS_MS[tries - 1];
      if (!missing || waitMs === undefined) break;
      if (tries > 1) {
        logger.error(
          'Failed to confirm peer status for server (will retry).',
          ...['server', missing.name, 'this_server', ownName, 'retry_interval', `${waitMs / 1000}s`],
        );
      }
      await this.#wait(waitMs);
    }
    return servers.map((server) => ({ server, peers: answers.get(server) ?? null }));
  }

  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #complain(message: string, fields: readonly (string | number)[]): void {
    const complaint = `${message} ${fields.join(' ')}`;
    if (complaint === this.#complaint) return;
    this.#complaint = complaint;
    this.#options.logger.error(message, ...fields);
  }
}
