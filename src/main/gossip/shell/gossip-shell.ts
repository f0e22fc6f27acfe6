// Runs a gossip machine on real sockets and a real clock (spec/gossip.md, sections 1, 5 and 9). The machine decides; here
// packets are opened and sealed, streams are held, and the timer rings.

import type { Logger } from '../../../observe/logger.js';
import type { Labels, Metrics } from '../../../observe/metrics.js';
import { errorDetail } from '../../../observe/surprise.js';
import type { Machine } from '../core/machine.js';
import { type Address, addressText } from '../core/node.js';
import type { OutgoingPacket, StreamRequest } from '../core/output.js';
import { openPacket, sealPacket } from '../wire/packet.js';
import type { Protection } from '../wire/protection.js';
import { Alarm } from './alarm.js';
import { DropLog } from './drop-log.js';
import { STREAM_LIMITS, type StreamLimits } from './inbound-limits.js';
import { parseJoinAddress, resolveJoinAddress } from './join-address.js';
import { SealedState } from './sealed-state.js';
import { type ShellMetrics, shellMetrics } from './shell-metrics.js';
import { StreamClient } from './stream-client.js';
import { StreamListener, StreamServer } from './stream-server.js';
import type { Exchanged } from './stream-work.js';
import { Turns } from './turns.js';
import { UdpTransport } from './udp-transport.js';

export interface ShellOptions<Event> {
  readonly machine: Machine<Event>;
  readonly bindAddress: string;
  /** TCP and UDP; 0 takes one that is free in both. */
  readonly bindPort: number;
  readonly protection: Protection;
  /** For dialling, and again for a whole exchange. */
  readonly streamTimeoutMs: number;
  /** Called with what the machine has to tell, in order. It may call {@link GossipShell.run}. */
  readonly onEvents: (events: readonly Event[]) => void;
  readonly logger: Logger;
  readonly metrics: Metrics | null;
  readonly labels: Labels;
  readonly limits?: StreamLimits;
}

export type Opened<Event> =
  | { readonly ok: true; readonly shell: GossipShell<Event> }
  | { readonly ok: false; readonly error: string };

export interface Joined {
  /** Members whose states were exchanged with ours. */
  readonly joined: number;
  readonly errors: readonly string[];
}

/** How often a free port is looked for: one that is free in TCP may be taken in UDP. */
const FREE_PORT_TRIES = 10;

/** After an error nobody expected. */
const AFTER_SURPRISE_MS = 1_000;

interface Sockets {
  readonly listener: StreamListener;
  readonly udp: UdpTransport;
  readonly port: number;
}

/** What the sockets call; set when the shell stands. */
interface Callbacks {
  onDatagram(datagram: Uint8Array, from: Address): void;
}

async function openSockets(
  bindAddress: string,
  bindPort: number,
  logger: Logger,
  callbacks: Callbacks,
): Promise<Sockets | string> {
  const words = (network: string, port: number, error: string): string =>
    `Failed to start ${network} listener on ${JSON.stringify(bindAddress)} port ${port}: ${error}`;
  let problem = '';
  for (let tries = bindPort === 0 ? FREE_PORT_TRIES : 1; tries > 0; tries -= 1) {
    const listening = await StreamListener.open(bindAddress, bindPort);
    if (!listening.ok) return words('TCP', bindPort, listening.error);
    const { listener, port } = listening;
    const opened = await UdpTransport.open(bindAddress, port, {
      onDatagram: (datagram, from) => callbacks.onDatagram(datagram, from),
      onError: (error) => logger.error(`memberlist: Error reading UDP packet: ${error.message}`),
    });
    if (opened.ok) return { listener, udp: opened.udp, port };
    await listener.close();
    problem = words('UDP', port, opened.error);
  }
  return problem;
}

export class GossipShell<Event> {
  readonly boundPort: number;
  readonly #options: ShellOptions<Event>;
  readonly #metrics: ShellMetrics;
  readonly #udp: UdpTransport;
  readonly #drops: DropLog;
  readonly #alarm: Alarm;
  readonly #turns = new Turns();
  readonly #state: SealedState;
  readonly #server: StreamServer;
  readonly #client: StreamClient;
  #flushing: NodeJS.Immediate | null = null;
  #isCarryingOut = false;
  #isClosed = false;

  private constructor(options: ShellOptions<Event>, sockets: Sockets) {
    const { machine, protection, logger, streamTimeoutMs: timeoutMs } = options;
    this.#options = options;
    this.boundPort = sockets.port;
    this.#udp = sockets.udp;
    this.#drops = new DropLog(logger);
    this.#metrics = shellMetrics(options.metrics, options.labels);
    this.#alarm = new Alarm({
      ring: () => this.#ring(),
      received: () => this.#udp.received,
    });
    const turns = this.#turns;
    const metrics = this.#metrics;
    const run = <T>(action: (nowMs: number) => T): T => this.run(action);
    const work = { machine, protection, turns, timeoutMs, logger, metrics, run };
    this.#state = new SealedState(work);
    const limits = options.limits ?? STREAM_LIMITS;
    this.#server = new StreamServer(sockets.listener, work, this.#state, limits);
    this.#client = new StreamClient(work, this.#state);
  }

  /** The error is memberlist's text. */
  static async open<Event>(options: ShellOptions<Event>): Promise<Opened<Event>> {
    const callbacks: Callbacks = { onDatagram: () => undefined };
    const sockets = await openSockets(options.bindAddress, options.bindPort, options.logger, callbacks);
    if (typeof sockets === 'string') return { ok: false, error: sockets };
    const shell = new GossipShell(options, sockets);
    callbacks.onDatagram = (datagram, from) => shell.#receive(datagram, from);
    return { ok: true, shell };
  }

  /** Calls into the machine, then carries out what it wants. After {@link close} it only calls. */
  run<T>(action: (nowMs: number) => T): T {
    const result = action(performance.now());
    this.#carryOut();
    return result;
  }

  /**
   * Exchanges states with the member that listens at `to`; never rejects. `name` is for the log. `onConnected`: somebody
   * listens there.
   */
  async exchange(to: Address, name: string, isJoin: boolean, onConnected?: () => void): Promise<Exchanged> {
    const where = addressText(to);
    this.#options.logger.debug(`memberlist: Initiating push/pull sync with: ${name} ${where}`);
    try {
      return await this.#client.pushPull(to, isJoin, onConnected);
    } catch (error) {
      this.#surprised(error, `with=${where}`);
      return { ok: false, error: 'unexpected error' };
    }
  }

  /** Joins by each address in turn, in the form `[name/]host[:port]`. */
  async join(addresses: readonly string[]): Promise<Joined> {
    const { logger } = this.#options;
    let joined = 0;
    const errors: string[] = [];
    for (const text of addresses) {
      const parsed = parseJoinAddress(text, this.boundPort);
      const resolved = parsed.ok ? await resolveJoinAddress(parsed.address) : parsed;
      if (!parsed.ok || !resolved.ok) {
        const error = `Failed to resolve ${text}: ${resolved.ok ? '' : resolved.error}`;
        logger.warn(`memberlist: ${error}`);
        errors.push(error);
        continue;
      }
      for (const to of resolved.addresses) {
        const exchanged = await this.exchange(to, parsed.address.name, true);
        if (exchanged.ok) {
          joined += 1;
          continue;
        }
        const error = `Failed to join ${addressText(to)}: ${exchanged.error}`;
        logger.debug(`memberlist: ${error}`);
        errors.push(error);
      }
    }
    return { joined, errors };
  }

  /** Ends everything at once; nothing is said to anybody. What runs fails. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#alarm.stop();
    this.#turns.stop();
    if (this.#flushing !== null) clearImmediate(this.#flushing);
    this.#client.close();
    this.#state.close();
    await Promise.all([this.#udp.close(), this.#server.close()]);
  }

  #receive(datagram: Uint8Array, from: Address): void {
    const { machine, protection } = this.#options;
    this.#metrics.udpReceived.add(datagram.length);
    const nowMs = performance.now();
    try {
      const opened = openPacket(datagram, protection);
      if (!opened.ok) {
        this.#drops.dropped(nowMs, () => `${opened.problem} from=${addressText(from)}`);
        return;
      }
      machine.receive(opened.packet, from, nowMs);
    } catch (error) {
      this.#surprised(error, `from=${addressText(from)}`);
    }
    // One carrying out for all packets that came in one turn.
    this.#flushing ??= setImmediate(() => this.#carryOut());
  }

  /** The machine's time has come. Should it throw, it is asked again a little later, not at once. */
  #ring(): void {
    if (!this.#attempt((nowMs) => this.#options.machine.tick(nowMs)))
      this.#alarm.set(performance.now() + AFTER_SURPRISE_MS);
  }

  /** For callers that have nobody above them; false when it threw. */
  #attempt(action: (nowMs: number) => void): boolean {
    try {
      this.run(action);
      return true;
    } catch (error) {
      this.#surprised(error, '');
      return false;
    }
  }

  /** A packet or stream that we can't cope with costs its sender this one exchange, and nobody else anything. */
  #surprised(error: unknown, about: string): void {
    this.#options.logger.error(`memberlist: unexpected error: ${errorDetail(error)} ${about}`);
  }

  #carryOut(): void {
    if (this.#isClosed || this.#isCarryingOut) return;
    if (this.#flushing !== null) clearImmediate(this.#flushing);
    this.#flushing = null;
    this.#isCarryingOut = true;
    const { machine, onEvents } = this.#options;
    try {
      for (;;) {
        const { packets, streams, events } = machine.take();
        if (packets.length + streams.length + events.length === 0) break;
        for (const packet of packets) this.#send(packet);
        for (const request of streams) this.#open(request);
        if (events.length > 0) onEvents(events);
      }
    } catch (error) {
      this.#surprised(error, '');
    } finally {
      this.#isCarryingOut = false;
    }
    this.#alarm.set(machine.nextMs);
  }

  #send({ to, message, withChecksum, probe }: OutgoingPacket): void {
    const packet = sealPacket(message, this.#options.protection, withChecksum);
    this.#metrics.udpSent.add(packet.length);
    const { machine } = this.#options;
    this.#udp.send(packet, to, probe === null ? null : () => this.#attempt(() => machine.packetFailed(probe)));
  }

  /** A join of the machine's own is a try: it expects to be in vain. */
  #exchangeFailed({ to, name, isJoin }: StreamRequest & { readonly kind: 'pushPull' }, error: string): void {
    const { logger } = this.#options;
    if (isJoin) logger.debug(`memberlist: Failed to join ${addressText(to)}: ${error}`);
    else logger.error(`memberlist: Push/Pull with ${name} failed: ${error}`);
  }

  #open(request: StreamRequest): void {
    if (request.kind === 'ping') {
      this.#client.ping(request).catch((error: unknown) => this.#surprised(error, ''));
      return;
    }
    const { to, name, isJoin, onConnected, onEnd } = request;
    void this.exchange(to, name, isJoin, onConnected && (() => this.#attempt(onConnected))).then((exchanged) => {
      if (this.#isClosed) return;
      if (!exchanged.ok) this.#exchangeFailed(request, exchanged.error);
      if (onEnd !== undefined) this.#attempt((nowMs) => onEnd(exchanged.ok, nowMs));
    });
  }
}
