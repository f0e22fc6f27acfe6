// The primary's end of its readers: answers what they hand over, tells them where to listen, and has them close with it.

import type { MessagePort } from 'node:worker_threads';
import type { AgentSecrets } from '../../../wire/agent-secrets.js';
import type { FromReader, ReaderWord, SharedListeners, ToReader } from '../../../wire/readers/reader-port.js';
import { HandedExchanges } from '../http/hand-over/handed-exchange.js';
import { ownBytes, TurnBatch } from '../http/hand-over/turn-batch.js';
import type { AgentTokens } from '../tokens/agent-tokens.js';
import { judgedMessage } from '../tokens/handed-secrets.js';
import type { ReadLinked } from './asked-acls.js';
import type { ServedReaders } from './mode.js';
import type { DnsInterface } from './open-dns.js';
import type { HttpInterface } from './open-http.js';

/** The primary's end of one reader. */
class ReaderEnd {
  readonly #batch: TurnBatch<ToReader>;
  readonly #requests: HandedExchanges;
  readonly #dns: DnsInterface;
  readonly #readLinked: ReadLinked;
  /** Its listeners are closed, or the thread is gone. */
  readonly #closed: Promise<void>;

  constructor(port: MessagePort, http: HttpInterface, dns: DnsInterface, readLinked: ReadLinked) {
    this.#dns = dns;
    this.#readLinked = readLinked;
    this.#batch = new TurnBatch<ToReader>(port);
    this.#requests = new HandedExchanges(this.#batch, (exchange) => http.take(exchange));
    this.#closed = new Promise((resolve) => {
      port.on('close', resolve);
      port.on('message', (messages: readonly ReaderWord[]) => {
        for (const message of messages) {
          if (message.kind === 'closed') resolve();
          else this.#hear(message);
        }
      });
    });
  }

  /** What it takes the secrets of others' requests from. */
  take(secrets: AgentSecrets): void {
    this.#batch.add({ kind: 'tokens', secrets });
  }

  listen(listeners: SharedListeners): void {
    this.#batch.add({ kind: 'listen', listeners });
  }

  /** Resolves when it has closed; one that doesn't say so is waited for no longer. */
  close(deadlineMs: number): Promise<void> {
    this.#batch.add({ kind: 'close', deadlineMs });
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deadlineMs);
      void this.#closed.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #hear(message: FromReader): void {
    if (message.kind === 'dns') void this.#answer(message);
    else if (message.kind === 'judge') void this.#judge(message);
    else this.#requests.receive(message);
  }

  async #judge({ id, secret }: Extract<FromReader, { kind: 'judge' }>): Promise<void> {
    this.#batch.add(judgedMessage(id, await this.#readLinked(secret)));
  }

  async #answer({ id, packet, asker }: Extract<FromReader, { kind: 'dns' }>): Promise<void> {
    const response = await this.#dns.answer(Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength), asker);
    const reply = response === null ? null : { ...response, bytes: ownBytes(new Uint8Array(response.bytes)) };
    this.#batch.add({ kind: 'dns', id, reply });
  }
}

export function openReaders(
  { threads: { ports, answerDns }, readLinked }: ServedReaders,
  http: HttpInterface,
  dns: DnsInterface,
  tokens: AgentTokens,
): void {
  if (http.clients === null) throw new Error('readers beside a thread that shares no port');
  const listeners: SharedListeners = {
    clients: http.clients.buffer,
    http: http.listeners.filter(({ kind }) => kind === 'tcp'),
    https: http.secureListeners.filter(({ kind }) => kind === 'tcp'),
    dns: answerDns ? dns.bound.map((place) => ({ kind: 'tcp', ...place })) : [],
  };
  for (const port of ports) {
    const end = new ReaderEnd(port, http, dns, readLinked);
    http.closesWith((deadlineMs) => end.close(deadlineMs));
    end.take(tokens.secrets);
    tokens.onChange(() => end.take(tokens.secrets));
    end.listen(listeners);
  }
}
