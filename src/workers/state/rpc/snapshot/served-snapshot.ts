// First byte 5: one request for the whole state, or with one, answered on a connection of its own (spec/rpc.md, section 6).

import type net from 'node:net';
import { quoteCharacter } from '../../../../gotext/quote.js';
import { encode } from '../../../../msgpack/codec.js';
import type { Snapshots } from '../../calls/snapshots.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { unset } from '../rows/query-options.js';
import { ArchiveSocket } from './archive-socket.js';
import {
  RESTORE,
  SAVE,
  type SnapshotRequest,
  type SnapshotResponse,
  snapshotRequest,
  snapshotResponse,
} from './messages.js';

const NANOS_PER_MS = 1_000_000;
/** Who is refused may still be sending, and reads the answer when all of it is sent. */
const LINGER_MS = 60_000;

export interface SnapshotServerParts {
  readonly snapshots: Snapshots;
  readonly crashed: (what: string, error: unknown) => void;
}

/** `first`: what was read behind the first byte. */
export function serveSnapshot(socket: net.Socket, first: Buffer, { snapshots, crashed }: SnapshotServerParts): void {
  // The other side ends what it says, and is answered after that.
  socket.allowHalfOpen = true;
  socket.pause();
  if (first.length > 0) socket.unshift(first);
  const connection = new ArchiveSocket(socket);
  answer(connection, snapshots)
    .catch((error: unknown) => {
      if (!connection.isClosed) crashed('Snapshot', error);
    })
    .finally(() => connection.close());
}

async function answer(connection: ArchiveSocket, snapshots: Snapshots): Promise<void> {
  const request = await connection.value(snapshotRequest);
  if (request === null) return;
  if (request.Op === SAVE) await save(connection, snapshots, request);
  else
    respond(connection, request.Op === RESTORE ? await restore(connection, snapshots, request) : unknown(request.Op));
  await connection.linger(LINGER_MS);
}

async function save(connection: ArchiveSocket, snapshots: Snapshots, request: SnapshotRequest): Promise<void> {
  const { Datacenter: datacenter, Token: token, AllowStale: stale } = request;
  connection.rest();
  const saved = await snapshots.save({ datacenter, token, stale });
  if (isRefusal(saved)) {
    respond(connection, saved.text);
    return;
  }
  if (connection.isClosed) {
    await saved.discard();
    return;
  }
  const { index: Index, knownLeader: KnownLeader, lastContactMs } = saved;
  respond(connection, '', { Index, KnownLeader, LastContact: Math.round(lastContactMs * NANOS_PER_MS) });
  await connection.send(saved.pieces);
}

async function restore(
  connection: ArchiveSocket,
  snapshots: Snapshots,
  { Datacenter: datacenter, Token: token, AllowStale }: SnapshotRequest,
): Promise<string> {
  if (AllowStale) return 'stale not allowed for restore';
  const refused = await snapshots.restore({ datacenter, token }, connection.archive());
  return refused?.text ?? '';
}

function unknown(op: number): string {
  return `unrecognized snapshot op ${quoteCharacter(op)}`;
}

type Meta = Partial<Pick<SnapshotResponse, 'Index' | 'KnownLeader' | 'LastContact'>>;

/** `problem` "": there is none. */
function respond(connection: ArchiveSocket, problem: string, meta: Meta = {}): void {
  connection.write(encode(snapshotResponse, { ...unset, ...meta, Error: problem }));
}
