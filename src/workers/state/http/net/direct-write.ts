// Small answers go straight to the socket's handle. Node's own way makes a request object for each write and keeps books
// on it, although nearly every write is done when it returns; here one such object serves all writes that are. That takes
// the class of these objects, which Node shows nobody: it is found by having a socket write to a handle that only looks.
// Where it isn't found, or isn't what it was, nothing is written here, and the caller goes by the stream.

import net from 'node:net';

/** What a handle needs for a write that isn't done at once. */
interface WriteRequest {
  oncomplete?: (status: number) => void;
  /** {@link UNUSED} until a handle has made it its own. */
  getAsyncId(): number;
}

export type WriteRequestClass = new () => WriteRequest;

interface WritableHandle {
  writeLatin1String(request: WriteRequest, text: string): number;
}

const UNUSED = -1;

/** Null when this version of Node writes in another way. */
export function findWriteRequest(
  makeSocket = (options: object): net.Socket => new net.Socket(options),
): WriteRequestClass | null {
  let request: unknown = null;
  const handle = {
    readStart: () => 0,
    writeLatin1String(given: unknown) {
      request = given;
      return 0;
    },
    close() {},
  };
  try {
    const socket = makeSocket({ handle, readable: false });
    socket.on('error', () => {});
    socket.write('x', 'latin1');
    socket.destroy();
    const found = (request as { constructor: unknown } | null)?.constructor;
    if (typeof found !== 'function') return null;
    const made = new (found as WriteRequestClass)();
    return found !== Object && made.getAsyncId() === UNUSED ? (found as WriteRequestClass) : null;
  } catch {
    return null;
  }
}

const Request = findWriteRequest();
let spare: WriteRequest | null = null;

/** Not for TLS, whose writes are never done at once, nor for what has no handle of Node's. */
export function canWriteDirectly(socket: net.Socket): boolean {
  if (Request === null || 'encrypted' in socket) return false;
  const { _handle: handle } = socket as { readonly _handle?: Partial<WritableHandle> | null };
  return typeof handle?.writeLatin1String === 'function';
}

/** `later`: the kernel hasn't taken all of it, `done` will be called, with 0 or an error's number. */
export type Sent = 'at once' | 'later' | 'failed';

/** One character per byte. Nothing that was written to the socket otherwise may be waiting in its stream. */
export function writeDirectly(socket: net.Socket, text: string, done: (status: number) => void): Sent {
  const { _handle: handle } = socket as { readonly _handle?: WritableHandle | null };
  if (Request === null || !handle) return 'failed';
  const request = spare ?? new Request();
  spare = null;
  if (handle.writeLatin1String(request, text) !== 0) return 'failed';
  if (request.getAsyncId() === UNUSED) {
    spare = request;
    return 'at once';
  }
  request.oncomplete = done;
  return 'later';
}
