// What lictor's two kinds of test nodes share: sockets as the options want them, keys, and the log.

import { parseIp } from '../../../src/gotext/ip.js';
import type { Machine } from '../../../src/main/gossip/core/machine.js';
import type { Identity } from '../../../src/main/gossip/core/pool.js';
import { type GossipSettings, LAN } from '../../../src/main/gossip/core/settings.js';
import { GossipShell } from '../../../src/main/gossip/shell/gossip-shell.js';
import { ENCRYPTION_OVERHEAD } from '../../../src/main/gossip/wire/encryption.js';
import { Keyring } from '../../../src/main/gossip/wire/keyring.js';
import { labelOverhead } from '../../../src/main/gossip/wire/label.js';
import { isEncrypting, type Protection } from '../../../src/main/gossip/wire/protection.js';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import type { NodeEvent, NodeOptions, SentCommand } from './protocol.js';

export type Tell = (event: NodeEvent) => void;

export interface LictorNode {
  /** The result of any command but start, leave and kill. */
  run(command: SentCommand): unknown;
  leave(): Promise<void>;
  /** Without a word to the others. */
  close(): Promise<void>;
}

export function settingsOf({ timing }: NodeOptions): GossipSettings {
  return {
    ...LAN,
    probeIntervalMs: timing.probeIntervalMs,
    probeTimeoutMs: timing.probeTimeoutMs,
    gossipIntervalMs: timing.gossipIntervalMs,
    pushPullIntervalMs: timing.pushPullIntervalMs,
    suspicionMult: timing.suspicionMult,
  };
}

export function identityOf(options: NodeOptions, versionBytes: readonly number[]): Identity {
  const ip = parseIp(options.address);
  if (ip === null) throw new Error(`no address: ${options.address}`);
  return {
    name: options.name,
    address: { ip, port: options.port },
    versionBytes: Uint8Array.from(versionBytes),
    bindPort: options.port,
  };
}

export function keyringOf({ keys }: NodeOptions): Keyring {
  const keyring = new Keyring();
  for (const key of keys) {
    const problem = keyring.add(Buffer.from(key, 'base64'));
    if (problem !== null) throw new Error(`the key is refused: ${problem}`);
  }
  return keyring;
}

export function protectionOf(options: NodeOptions, keyring: Keyring): Protection {
  return {
    keyring,
    verifyIncoming: true,
    verifyOutgoing: true,
    label: Buffer.from(options.label),
    skipInboundLabelCheck: false,
    encryptionVersion: 1,
    isCompressing: true,
  };
}

/** What the layers add to a packet, in bytes. */
export function overheadOf(protection: Protection): number {
  const encryption = isEncrypting(protection) ? ENCRYPTION_OVERHEAD[protection.encryptionVersion] : 0;
  return labelOverhead(protection.label) + encryption;
}

export function loggerOf({ name }: NodeOptions): Logger {
  const sink = new LogSink('debug', ({ level, message }) => {
    process.stderr.write(`${name} ${new Date().toISOString().slice(11)} [${level}] ${message}\n`);
  });
  return new Logger(name, sink);
}

export async function openShell<Event>(
  options: NodeOptions,
  machine: Machine<Event>,
  protection: Protection,
  onEvents: (events: readonly Event[]) => void,
): Promise<GossipShell<Event>> {
  const opened = await GossipShell.open({
    machine,
    bindAddress: options.address,
    bindPort: options.port,
    protection,
    streamTimeoutMs: LAN.streamTimeoutMs,
    onEvents,
    logger: loggerOf(options),
    metrics: null,
    labels: [],
  });
  if (!opened.ok) throw new Error(opened.error);
  return opened.shell;
}

/** Joins by each of the addresses; one is enough. */
export async function joinAll<Event>(shell: GossipShell<Event>, addresses: readonly string[]): Promise<number> {
  const { joined, errors } = await shell.join(addresses);
  if (joined === 0) throw new Error(errors.join('; '));
  return joined;
}
