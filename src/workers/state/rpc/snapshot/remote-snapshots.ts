// Snapshots of another server: its archive handed on as it comes, an archive handed to it as it is taken. A connection for each,
// as all others do it (spec/rpc.md, section 6).

import type net from 'node:net';
import { splitHostPort } from '../../../../gotext/host-port.js';
import { encode } from '../../../../msgpack/codec.js';
import { IN_CLEAR, type ServerDialer } from '../../../../tls/server-dialer.js';
import { codeOf } from '../../calls/asked-failure.js';
import type { SaveCall, SavedArchive, SnapshotCall, Snapshots } from '../../calls/snapshots.js';
import { type Refusal, refusal } from '../../methods/contract/refusal.js';
import { ArchiveSocket } from './archive-socket.js';
import { RESTORE, SAVE, SNAPSHOT, type SnapshotRequest, snapshotRequest, snapshotResponse } from './messages.js';

const CONNECT_WITHIN_MS = 10_000;
/** A large state takes its time, before the first byte of the answer comes. */
const ANSWER_WITHIN_MS = 600_000;
/** Two servers that take each other for the leader would ask each other for ever. */
const MOST_AT_ONCE = 32;
const NANOS_PER_MS = 1_000_000;

export class RemoteSnapshots implements Snapshots {
  readonly #address: (datacenter: string) => string | Refusal;
  readonly #dialer: ServerDialer;
  readonly #open = new Set<net.Socket>();

  /** `address`: `host:port` of the server to ask for a datacenter's, or why there is none. */
  constructor(address: (datacenter: string) => string | Refusal, dialer: ServerDialer = IN_CLEAR) {
    this.#address = address;
    this.#dialer = dialer;
  }

  async save({ datacenter, token, stale }: SaveCall): Promise<SavedArchive | Refusal> {
    const connection = await this.#ask({ Datacenter: datacenter, Token: token, AllowStale: stale, Op: SAVE });
    if (!(connection instanceof ArchiveSocket)) return connection;
    connection.end();
    connection.rest(ANSWER_WITHIN_MS);
    const answer = await this.#answer(connection);
    if (typeof answer === 'string' || answer.Error !== '') {
      connection.close();
      return refusedWith(typeof answer === 'string' ? answer : answer.Error);
    }
    return {
      index: Number(answer.Index),
      knownLeader: answer.KnownLeader,
      lastContactMs: Math.trunc(answer.LastContact / NANOS_PER_MS),
      pieces: piecesOf(connection),
      discard: () => Promise.resolve(connection.close()),
    };
  }

  async restore({ datacenter, token }: SnapshotCall, archive: AsyncIterable<Uint8Array>): Promise<null | Refusal> {
    const connection = await this.#ask({ Datacenter: datacenter, Token: token, AllowStale: false, Op: RESTORE });
    if (!(connection instanceof ArchiveSocket)) return connection;
    let cut: unknown = null;
    connection.send(archive).then(
      () => {
        connection.end();
        connection.rest(ANSWER_WITHIN_MS);
      },
      (error: unknown) => {
        // The other side sees an end, and that the archive isn't whole there.
        cut = error;
        connection.close();
      },
    );
    const answer = await this.#answer(connection);
    // The rest of an archive that was answered before its end isn't taken any more.
    connection.close();
    if (cut !== null) return refusal('failed', cut instanceof Error ? cut.message : String(cut));
    if (typeof answer === 'string') return refusedWith(answer);
    return answer.Error === '' ? null : refusedWith(answer.Error);
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async #ask(request: SnapshotRequest): Promise<ArchiveSocket | Refusal> {
    const address = this.#address(request.Datacenter);
    if (typeof address !== 'string') return address;
    if (this.#open.size >= MOST_AT_ONCE) return refusal('failed', 'too many snapshots are under way');
    const socket = await this.#dial(address);
    if (typeof socket === 'string') return refusal('failed', `dial tcp ${address}: ${socket}`);
    const connection = new ArchiveSocket(socket);
    connection.write(encode(snapshotRequest, request));
    return connection;
  }

  /** A text says why there is none. */
  #dial(address: string): Promise<net.Socket | string> {
    return new Promise((resolve) => {
      const socket = this.#dialer.dial(splitHostPort(address), {
        firstByte: SNAPSHOT,
        withinMs: CONNECT_WITHIN_MS,
        allowHalfOpen: true,
        opened: resolve,
        failed: (error: NodeJS.ErrnoException) =>
          resolve(error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message),
      });
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /** A text says why there is none. */
  async #answer(connection: ArchiveSocket) {
    try {
      return (await connection.value(snapshotResponse)) ?? 'failed to decode response: EOF';
    } catch (error) {
      return `failed to decode response: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

function refusedWith(text: string): Refusal {
  return refusal(codeOf(text), text);
}

async function* piecesOf(connection: ArchiveSocket): AsyncGenerator<Uint8Array, void> {
  try {
    yield* connection.archive();
  } finally {
    connection.close();
  }
}
