// A test node of memberlist's level alone: what a stock memberlist without delegates is compatible with.

import { GossipCore } from '../../../src/main/gossip/core/gossip-core.js';
import { NO_HOOKS } from '../../../src/main/gossip/core/hooks.js';
import type { GossipEvent } from '../../../src/main/gossip/core/output.js';
import type { GossipShell } from '../../../src/main/gossip/shell/gossip-shell.js';
import {
  identityOf,
  joinAll,
  keyringOf,
  type LictorNode,
  openShell,
  overheadOf,
  protectionOf,
  settingsOf,
} from './lictor-shell.js';
import type { Member, NodeOptions, SentCommand } from './protocol.js';

/** Protocol 2 of 1 to 5, and no delegate. */
const VERSIONS = [1, 5, 2, 0, 0, 0];
const LEAVE_TIMEOUT_MS = 5_000;

export class MemberlistNode implements LictorNode {
  readonly #core: GossipCore;
  #shell: GossipShell<GossipEvent> | null = null;
  readonly #known = new Map<string, Member>();
  #whenLeft: (() => void) | null = null;

  private constructor(core: GossipCore) {
    this.#core = core;
  }

  static async start(options: NodeOptions): Promise<MemberlistNode> {
    const protection = protectionOf(options, keyringOf(options));
    const core = new GossipCore({
      self: identityOf(options, VERSIONS),
      settings: settingsOf(options),
      hooks: NO_HOOKS,
      random: Math.random,
      layerOverhead: () => overheadOf(protection),
    });
    const node = new MemberlistNode(core);
    const shell = await openShell(options, core, protection, (events) => {
      for (const event of events) node.#note(event);
    });
    node.#shell = shell;
    shell.run((nowMs) => core.start(new Uint8Array(0), nowMs));
    return node;
  }

  get #running(): GossipShell<GossipEvent> {
    if (this.#shell === null) throw new Error('not started');
    return this.#shell;
  }

  #note(event: GossipEvent): void {
    switch (event.kind) {
      case 'join':
      case 'update':
        this.#known.set(event.node.name, { name: event.node.name, status: 'alive', tags: {} });
        break;
      case 'leave':
        this.#known.set(event.node.name, {
          name: event.node.name,
          status: event.isFailure ? 'failed' : 'left',
          tags: {},
        });
        break;
      case 'spread':
        if (event.what === 'leave') this.#whenLeft?.();
        break;
      default:
        break;
    }
  }

  run(command: SentCommand): unknown {
    if (command.do === 'members') return [...this.#known.values()];
    if (command.do === 'join') return joinAll(this.#running, command.addresses);
    throw new Error("this kind of node can't do that");
  }

  async leave(): Promise<void> {
    const left = new Promise<void>((resolve) => {
      this.#whenLeft = resolve;
    });
    this.#running.run((nowMs) => this.#core.leave(LEAVE_TIMEOUT_MS, nowMs));
    await left;
  }

  async close(): Promise<void> {
    await this.#running.close();
  }
}
