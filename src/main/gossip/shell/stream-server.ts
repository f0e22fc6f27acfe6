// The accepting side of streams (spec/gossip.md, sections 1, 3 and 5): one message a connection, then perhaps an answer.

import { createServer, type Server, type Socket } from 'node:net';
import { errnoText } from '../../../gotext/errno.js';
import { joinHostPort } from '../../../gotext/host-port.js';
import { parseIp } from '../../../gotext/ip.js';
import { DescriptorReserve } from '../../../observe/descriptor-reserve.js';
import { errorDetail } from '../../../observe/surprise.js';
import { StreamReader } from '../wire/stream.js';
import type { PushPull, StreamMessage } from '../wire/stream-messages.js';
import { sealStream } from '../wire/stream-sealing.js';
import { type Admission, InboundLimits, type StreamLimits } from './inbound-limits.js';
import type { SealedState } from './sealed-state.js';
import { type Received, StreamConnection } from './stream-connection.js';
import { merge, type StreamWork } from './stream-work.js';

export type Listening =
  | { readonly ok: true; readonly listener: StreamListener; readonly port: number }
  | { readonly ok: false; readonly error: string };

/** The bound socket, before there is a pool: connections wait until {@link StreamServer} takes them. */
export class StreamListener {
  readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static open(bindAddress: string, bindPort: number): Promise<Listening> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    return new Promise((resolve) => {
      server.once('error', (error) => {
        const where = joinHostPort(bindAddress, bindPort);
        resolve({ ok: false, error: `listen tcp ${where}: bind: ${errnoText(error)}` });
      });
      server.listen({ host: bindAddress, port: bindPort, exclusive: true }, () => {
        server.removeAllListeners('error');
        const bound = server.address();
        const port = typeof bound === 'object' && bound !== null ? bound.port : bindPort;
        resolve({ ok: true, listener: new StreamListener(server), port });
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** What is read and done for one connection. */
interface Visit {
  readonly connection: StreamConnection;
  readonly reader: StreamReader;
  readonly admission: Admission;
}

export class StreamServer {
  readonly #listener: StreamListener;
  readonly #work: StreamWork;
  readonly #limits: InboundLimits;
  readonly #descriptors: DescriptorReserve;
  readonly #state: SealedState;
  readonly #sockets = new Set<Socket>();

  constructor(listener: StreamListener, work: StreamWork, state: SealedState, limits: StreamLimits) {
    this.#listener = listener;
    this.#work = work;
    this.#limits = new InboundLimits(limits);
    this.#descriptors = new DescriptorReserve('gossip', work.logger);
    this.#state = state;
    const { server } = listener;
    server.on('connection', (socket) => this.#accept(socket));
    server.on('error', (error) => work.logger.error(`memberlist: Error accepting TCP connection: ${error.message}`));
  }

  /** Stops listening and ends all connections. */
  async close(): Promise<void> {
    const closed = this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    if (this.#descriptors.refuses(socket)) return;
    const source = socket.remoteAddress ?? '';
    const admission = parseIp(source) === null ? null : this.#limits.admit(source);
    if (admission === null) {
      this.#work.logger.debug(`memberlist: Blocked stream connection from=${source}`);
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    this.#work.metrics.tcpAccept.add(1);
    this.#sockets.add(socket);
    const connection = new StreamConnection(socket, this.#work.turns);
    connection.onClose(() => this.#sockets.delete(socket));
    connection.setDeadline(this.#work.timeoutMs);
    const visit = { connection, reader: new StreamReader(this.#work.protection, true), admission };
    this.#work.logger.debug(`memberlist: Stream connection from=${connection.remote}`);
    this.#serve(visit)
      .catch((error: unknown) => {
        this.#work.logger.error(`memberlist: unexpected error: ${errorDetail(error)} from=${connection.remote}`);
        connection.close();
      })
      .finally(() => connection.onClose(() => admission.release()));
  }

  async #serve(visit: Visit): Promise<void> {
    const { connection, reader, admission } = visit;
    const received = await connection.receive(reader, (held) => admission.hold(held));
    switch (received.kind) {
      case 'message':
        await this.#answer(visit, received.message);
        break;
      case 'broken':
        this.#complain(visit, received);
        connection.close();
        break;
      case 'refused':
        this.#complain(visit, received);
        if (received.isAnswered) await this.#say(connection, { type: 'error', text: received.problem });
        else connection.close();
        break;
    }
  }

  #complain({ connection, reader }: Visit, received: Exclude<Received, { readonly kind: 'message' }>): void {
    if (reader.isEmpty) return;
    const problem = received.kind === 'broken' ? received.error : received.problem;
    this.#work.logger.error(`memberlist: failed to receive: ${problem} from=${connection.remote}`);
  }

  async #answer(visit: Visit, message: StreamMessage): Promise<void> {
    const { connection } = visit;
    const { machine, logger } = this.#work;
    switch (message.type) {
      case 'pushPull':
        await this.#pushPull(visit, message.body);
        break;
      case 'user':
        this.#work.run((nowMs) => machine.receiveUser(message.payload, nowMs));
        connection.close();
        break;
      case 'ping': {
        const { body } = message;
        if (machine.isForUs(body)) {
          await this.#say(connection, { type: 'ack', body: { SeqNo: body.SeqNo, Payload: null } });
          break;
        }
        logger.warn(`memberlist: Got ping for unexpected node ${body.Node} from=${connection.remote}`);
        connection.close();
        break;
      }
      case 'ack':
      case 'error':
        logger.error(`memberlist: Received invalid msgType (${message.type}) from=${connection.remote}`);
        connection.close();
        break;
    }
  }

  /** A message of a few bytes, the last one of the connection. */
  async #say(connection: StreamConnection, message: StreamMessage): Promise<void> {
    const problem = await this.#send(connection, sealStream(message, this.#work.protection));
    if (problem === null) connection.end();
    else connection.close();
  }

  #send(connection: StreamConnection, bytes: Uint8Array): Promise<string | null> {
    this.#work.metrics.tcpSent.add(bytes.length);
    return connection.send(bytes);
  }

  /** The answer is our state as it is before theirs is merged, or as it was a moment before. */
  async #pushPull({ connection, reader, admission }: Visit, remote: PushPull): Promise<void> {
    const work = this.#work;
    const { logger } = work;
    if (!admission.startPushPull()) {
      logger.error(`memberlist: Too many pending push/pull requests from=${connection.remote}`);
      connection.close();
      return;
    }
    const bytes = await this.#state.seal(remote.isJoin, () => connection.isOpen);
    if (bytes === null || !connection.isOpen) return;
    const problem = admission.hold(reader, bytes.length)
      ? await this.#send(connection, bytes)
      : 'too many bytes are held for streams';
    if (problem !== null) {
      logger.error(`memberlist: Failed to push local state: ${problem} from=${connection.remote}`);
      connection.close();
      return;
    }
    connection.end();
    const merged = await merge(work, remote);
    if (merged.ok || !this.#listener.server.listening) return;
    logger.error(`memberlist: Failed push/pull merge: ${merged.error} from=${connection.remote}`);
  }
}
