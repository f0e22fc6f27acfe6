// The DNS server of an agent: one responder behind a UDP and a TCP listener on each configured address, and its metrics
// (spec/dns.md, section 5).

import { DescriptorReserve } from '../../../observe/descriptor-reserve.js';
import type { Logger } from '../../../observe/logger.js';
import type { Labels, Metrics, Series } from '../../../observe/metrics.js';
import { errorDetail } from '../../../observe/surprise.js';
import type { DnsConfig } from '../../../wire/config.js';
import { freeUdpPort, type PortSharing } from '../sockets/port-sharing.js';
import type { Transport } from './message/compose.js';
import { Rcode, typeName } from './message/protocol.js';
import { headerReply } from './message/writer.js';
import type { ReplySettings } from './replies.js';
import type { Responds, Response } from './response.js';
import { listenTcp, type TcpListener } from './tcp.js';
import { listenUdp, type UdpListener } from './udp.js';

/** Who knows the answers. */
export interface Answers extends Responds {
  /** Takes new settings; nothing that was looked up under the old ones is kept. */
  reload(config: DnsConfig): void;
}

/** `staleQuery` is called for an answer that is older than a few seconds. */
export type MakeAnswers = (settings: ReplySettings, staleQuery: () => void) => Answers;

export interface DnsServerOptions {
  readonly config: DnsConfig;
  readonly answers: MakeAnswers;
  readonly datacenter: string;
  readonly nodeName: string;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Other threads may listen for datagrams on the same ports; `beside` the first one there is no TCP. */
  readonly sharing?: PortSharing;
}

/** Where one configured address is served. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
}

/** Types that are counted by themselves; everything else anybody invents shares one series. */
const MAX_TYPES = 64;
/** Tries to find a port that is free for both transports, where the system picks it. */
const PORT_TRIES = 20;

export class DnsServer {
  readonly #options: DnsServerOptions;
  readonly #responder: Answers;
  readonly #listeners: (UdpListener | TcpListener)[] = [];
  readonly #bound: BoundAddress[] = [];
  readonly #domainQuery: Series;
  readonly #reverseQuery: Series;
  readonly #queries = new Map<number, Series>();

  constructor(options: DnsServerOptions) {
    this.#options = options;
    const { config, answers, datacenter, metrics, nodeName } = options;
    const stale = metrics.counter('dns.stale_queries', []);
    this.#responder = answers({ config, datacenter, nodeName, random: Math.random, nowMs: Date.now }, () =>
      stale.add(1),
    );
    const labels: Labels = [['node', nodeName]];
    this.#domainQuery = metrics.sample('dns.domain_query', labels);
    this.#reverseQuery = metrics.sample('dns.ptr_query', labels);
  }

  /** The addresses served, with the ports that were really bound; UDP and TCP have the same one. */
  get bound(): readonly BoundAddress[] {
    return this.#bound;
  }

  /** Rejects with the system's error when an address can't be bound; then nothing stays bound. */
  async listen(): Promise<void> {
    try {
      for (const { address, port } of this.#options.config.listeners) await this.#bind(address, port);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Takes over new settings but for addresses, domain and alternative domain, which need a restart. */
  reload(config: DnsConfig): void {
    const { listeners, domain, altDomain } = this.#options.config;
    this.#responder.reload({ ...config, listeners, domain, altDomain });
  }

  /** Of an asker who came some other way: to another thread, or by gRPC. */
  answer(packet: Buffer, asker: string, transport: Transport = 'udp'): Response | null | Promise<Response | null> {
    return this.#respond(packet, transport, asker);
  }

  async close(): Promise<void> {
    const listeners = this.#listeners.splice(0);
    this.#bound.splice(0);
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  async #bind(address: string, port: number): Promise<void> {
    const answered = (response: Response, startedMs: number) => this.#count(response, startedMs);
    const responder: Responds = { respond: (packet, transport, asker) => this.#respond(packet, transport, asker) };
    const descriptors = new DescriptorReserve('dns', this.#options.logger);
    const { sharing = 'alone' } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const udpPort = sharing === 'first' ? await freeUdpPort(address, port) : port;
      const udp = await listenUdp(address, udpPort, responder, answered, sharing !== 'alone');
      if (sharing === 'beside') {
        this.#listeners.push(udp);
        return;
      }
      try {
        const tcp = await listenTcp(address, udp.port, responder, answered, descriptors);
        this.#listeners.push(udp, tcp);
        this.#bound.push({ address, port: udp.port });
        return;
      } catch (error) {
        await udp.close();
        if (port !== 0 || attempt === PORT_TRIES) throw error;
      }
    }
  }

  /** An exception is a bug of ours; one packet must not end the agent. */
  #respond(packet: Buffer, transport: Transport, asker: string): Response | null | Promise<Response | null> {
    try {
      const response = this.#responder.respond(packet, transport, asker);
      return response instanceof Promise
        ? response.catch((error: unknown) => this.#failed(packet, transport, error))
        : response;
    } catch (error) {
      return this.#failed(packet, transport, error);
    }
  }

  #failed(packet: Buffer, transport: Transport, error: unknown): Response {
    this.#options.logger.error('DNS request failed', 'network', transport, 'error', errorDetail(error));
    return { bytes: headerReply(packet, Rcode.SERVFAIL), zone: 'none', type: 0 };
  }

  #count({ zone, type }: Response, startedMs: number): void {
    if (zone === 'domain') this.#domainQuery.add(performance.now() - startedMs);
    else if (zone === 'reverse') this.#reverseQuery.add(performance.now() - startedMs);
    if (zone !== 'none') this.#series(type).add(1);
  }

  #series(type: number): Series {
    const known = this.#queries.get(type);
    if (known !== undefined) return known;
    const isKept = this.#queries.size < MAX_TYPES;
    const labels: Labels = [
      ['node', this.#options.nodeName],
      ['type', isKept ? typeName(type) : 'other'],
    ];
    const series = this.#options.metrics.counter('dns.query', labels);
    if (isKept) this.#queries.set(type, series);
    return series;
  }
}
