// The dialling side of streams (spec/gossip.md, sections 3 and 5): push/pulls that we begin, and pings to members that don't
// answer packets.

import { connect, type Socket } from 'node:net';
import { ipText } from '../../../gotext/ip.js';
import { dialText } from '../../../gotext/network-errors.js';
import { type Address, addressText } from '../core/node.js';
import type { StreamRequest } from '../core/output.js';
import { StreamReader } from '../wire/stream.js';
import type { StreamMessage } from '../wire/stream-messages.js';
import { sealStream, withLabel } from '../wire/stream-sealing.js';
import type { SealedState } from './sealed-state.js';
import { StreamConnection } from './stream-connection.js';
import { CLOSED, type Exchanged, merge, type StreamWork } from './stream-work.js';

/** Exchanges of ours at once; more are refused. */
const MOST_DIALLED = 256;

type Dialled =
  | { readonly ok: true; readonly connection: StreamConnection }
  | { readonly ok: false; readonly error: string };

type Answered = { readonly ok: true; readonly message: StreamMessage } | { readonly ok: false; readonly error: string };

function failed(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}

export class StreamClient {
  readonly #work: StreamWork;
  readonly #state: SealedState;
  readonly #sockets = new Set<Socket>();
  #isClosed = false;

  constructor(work: StreamWork, state: SealedState) {
    this.#work = work;
    this.#state = state;
  }

  /** Exchanges states with whoever listens at `to`, and merges what came back. `onConnected`: somebody does. */
  async pushPull(to: Address, isJoin: boolean, onConnected?: () => void): Promise<Exchanged> {
    const work = this.#work;
    const beganMs = performance.now();
    const answered = await this.#exchange(to, work.timeoutMs, (isWanted) => {
      onConnected?.();
      return this.#state.seal(isJoin, isWanted);
    });
    work.metrics.pushPull.add(performance.now() - beganMs);
    if (!answered.ok) return answered;
    const { message } = answered;
    if (message.type !== 'pushPull') return failed(`received a message of type ${message.type}, expected pushPull`);
    return merge(work, { ...message.body, isJoin });
  }

  /** Sends a ping; tells the machine when the right ack came before the deadline. */
  async ping({ to, name, seqNo, deadlineMs }: StreamRequest & { readonly kind: 'ping' }): Promise<void> {
    const work = this.#work;
    const source = { SourceAddr: null, SourcePort: 0, SourceNode: '' };
    const body = { SeqNo: seqNo, Node: name, ...source };
    const timeoutMs = Math.max(0, deadlineMs - performance.now());
    const sealed = Promise.resolve(sealStream({ type: 'ping', body }, work.protection));
    const answered = await this.#exchange(to, timeoutMs, () => sealed);
    if (!answered.ok) {
      work.logger.debug(`memberlist: Failed fallback TCP ping: ${answered.error}`);
      return;
    }
    const { message } = answered;
    if (message.type !== 'ack' || message.body.SeqNo !== seqNo || performance.now() > deadlineMs) return;
    work.run(() => work.machine.streamPingAnswered(seqNo));
  }

  /** Ends all connections; what runs fails. */
  close(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #dial(to: Address, timeoutMs: number): Promise<Dialled> {
    if (this.#isClosed) return Promise.resolve(failed(CLOSED));
    if (this.#sockets.size >= MOST_DIALLED) return Promise.resolve(failed('too many streams are open'));
    const where = addressText(to);
    const socket = connect({ host: ipText(to.ip), port: to.port, noDelay: true, autoSelectFamily: false });
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return new Promise((resolve) => {
      const finish = (dialled: Dialled): void => {
        clearTimeout(timer);
        if (!dialled.ok) socket.destroy();
        resolve(dialled);
      };
      const timer = setTimeout(() => finish(failed(`dial tcp ${where}: i/o timeout`)), timeoutMs);
      socket.once('error', (error) => finish(failed(dialText('tcp', where, error))));
      socket.once('close', () => finish(failed(`dial tcp ${where}: operation was canceled`)));
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        finish({ ok: true, connection: new StreamConnection(socket, this.#work.turns) });
      });
    });
  }

  /** One message there, sealed once the connection stands, and one back. */
  async #exchange(
    to: Address,
    timeoutMs: number,
    seal: (isWanted: () => boolean) => Promise<Uint8Array | null>,
  ): Promise<Answered> {
    const { protection, metrics } = this.#work;
    const dialled = await this.#dial(to, timeoutMs);
    if (!dialled.ok) return dialled;
    metrics.tcpConnect.add(1);
    const { connection } = dialled;
    connection.setDeadline(timeoutMs);
    try {
      const sealed = await seal(() => connection.isOpen);
      if (sealed === null) return failed(connection.problem ?? CLOSED);
      const bytes = withLabel(sealed, protection);
      metrics.tcpSent.add(bytes.length);
      const problem = await connection.send(bytes);
      if (problem !== null) return failed(problem);
      const received = await connection.receive(new StreamReader(protection, false), () => true);
      switch (received.kind) {
        case 'broken':
          return failed(received.error);
        case 'refused':
          return failed(received.problem);
        case 'message': {
          const { message } = received;
          return message.type === 'error' ? failed(`remote error: ${message.text}`) : { ok: true, message };
        }
      }
    } finally {
      connection.close();
    }
  }
}
