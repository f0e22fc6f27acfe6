// What the tests of the shell share: pools on loopback with short intervals, which are stopped when the test is over.

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { TestContext } from 'node:test';
import { GossipCore } from '../../../../../src/main/gossip/core/gossip-core.js';
import { NO_HOOKS } from '../../../../../src/main/gossip/core/hooks.js';
import type { GossipEvent } from '../../../../../src/main/gossip/core/output.js';
import { type GossipSettings, LAN } from '../../../../../src/main/gossip/core/settings.js';
import { GossipShell, type ShellOptions } from '../../../../../src/main/gossip/shell/gossip-shell.js';
import type { Protection } from '../../../../../src/main/gossip/wire/protection.js';
import { atOnce } from '../../../../../src/main/gossip/wire/steps.js';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { freePort } from '../../../../ports.js';
import { seeded, VERSIONS } from '../core/rig.js';
import { protectionWith } from '../protection.js';

export const LOOPBACK = Uint8Array.of(127, 0, 0, 1);

export const SHORT: GossipSettings = {
  ...LAN,
  probeIntervalMs: 60,
  probeTimeoutMs: 30,
  gossipIntervalMs: 20,
  suspicionMult: 2,
  pushPullIntervalMs: 0,
  streamTimeoutMs: 2000,
};

export interface Member {
  readonly core: GossipCore;
  readonly shell: GossipShell<GossipEvent>;
  readonly address: { readonly ip: Uint8Array; readonly port: number };
  readonly text: string;
  readonly events: GossipEvent[];
  readonly logged: string[];
  /** Resolves as soon as `holds` is true; looked at after each batch of events and log lines. */
  until(holds: () => boolean): Promise<void>;
}

export interface MemberOptions {
  readonly settings?: Partial<GossipSettings>;
  readonly protection?: Protection;
  readonly shell?: Partial<ShellOptions<GossipEvent>>;
  readonly localState?: (isJoin: boolean) => Uint8Array;
  readonly versionBytes?: Uint8Array;
}

/** A started member that listens. */
export async function member(t: TestContext, name: string, options: MemberOptions = {}): Promise<Member> {
  // Before anything listens, since the core has to know its own.
  const port = await freePort();
  const settings = { ...SHORT, ...options.settings };
  const changes = new EventEmitter().setMaxListeners(0);
  const address = { ip: LOOPBACK, port };
  const core = new GossipCore({
    self: { name, address, versionBytes: options.versionBytes ?? VERSIONS, bindPort: port },
    settings,
    hooks: { ...NO_HOOKS, localState: (isJoin) => atOnce(options.localState?.(isJoin) ?? null) },
    random: seeded(7),
    layerOverhead: () => 60,
  });
  const events: GossipEvent[] = [];
  const logged: string[] = [];
  const sink = new LogSink('debug', (record) => {
    logged.push(record.message);
    changes.emit('change');
  });
  const opened = await GossipShell.open<GossipEvent>({
    machine: core,
    bindAddress: '127.0.0.1',
    bindPort: port,
    protection: options.protection ?? protectionWith(),
    streamTimeoutMs: settings.streamTimeoutMs,
    onEvents: (batch) => {
      events.push(...batch);
      changes.emit('change');
    },
    logger: new Logger(name, sink),
    metrics: null,
    labels: [],
    ...options.shell,
  });
  assert.ok(opened.ok, opened.ok ? '' : opened.error);
  const { shell } = opened;
  t.after(() => shell.close());
  assert.ok(shell.run((nowMs) => core.start(Buffer.from(`meta-${name}`), nowMs)));
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await once(changes, 'change');
  };
  return { core, shell, address, text: `127.0.0.1:${port}`, events, logged, until };
}

export function sees(observer: Member, name: string, state: string): boolean {
  return observer.core.node(name)?.state === state;
}
