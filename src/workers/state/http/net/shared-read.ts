// One buffer that all connections of the thread are read into. Node gives every read a buffer of 64 KB of its own and
// cuts it to size, which costs a tenth of a small request; a net.Socket that is made with `onread` doesn't, but accepted
// sockets are made by the server, which has no such option. So what `onread` does to a socket is done to those: the two
// places where a Socket keeps it are looked for on one that was made with it. Where they, or the handle's part in it,
// aren't found, nothing is changed, and data comes as events, as ever.
//
// The bytes are there until the reader returns: whoever needs them longer asks for them by {@link kept}.

import net from 'node:net';

/** As much as Node reads at once. */
const BYTES = 64 * 1024;
const shared = Buffer.allocUnsafeSlow(BYTES);

/** Called on the socket, with how much came ({@link sharedBytes}). False: it is not to be read further. */
export type SharedReader = (this: net.Socket, length: number) => boolean;

/** Where a socket keeps its buffer and who is called for it. */
export interface ReaderPlaces {
  readonly buffer: symbol;
  readonly reader: symbol;
}

interface ReadableHandle {
  useUserBuffer?(buffer: Uint8Array): void;
}

/** The types of Node 20 know it of `connect` only. */
interface MadeWith extends net.SocketConstructorOpts {
  readonly onread: net.OnReadOpts;
}

/** Null when this version of Node keeps them elsewhere. */
export function findReaderPlaces(
  make: (options: MadeWith) => object = (options) => new net.Socket(options),
): ReaderPlaces | null {
  const callback = (): boolean => true;
  const made = make({ onread: { buffer: shared, callback } });
  const entries = Object.getOwnPropertySymbols(made).map(
    (place) => [place, Reflect.get(made, place) as unknown] as const,
  );
  const buffer = entries.find(([, value]) => value === shared)?.[0];
  const reader = entries.find(([, value]) => value === callback)?.[0];
  return buffer === undefined || reader === undefined ? null : { buffer, reader };
}

const places = findReaderPlaces();

/** Has an accepted socket read into the shared buffer from now on; false when that can't be done, as with TLS. */
export function readShared(socket: net.Socket, reader: SharedReader, at: ReaderPlaces | null = places): boolean {
  const { _handle: handle } = socket as { readonly _handle?: ReadableHandle | null };
  if (at === null || 'encrypted' in socket || typeof handle?.useUserBuffer !== 'function') return false;
  if (!Object.hasOwn(socket, at.buffer) || !Object.hasOwn(socket, at.reader)) return false;
  handle.useUserBuffer(shared);
  Object.assign(socket, { [at.buffer]: shared, [at.reader]: reader });
  return true;
}

let view = shared;

/** What was read; the same object as long as the lengths are the same. */
export function sharedBytes(length: number): Buffer {
  if (view.length !== length) view = shared.subarray(0, length);
  return view;
}

/** The same bytes, which stay what they are; `room` is for a copy that fits into it. */
export function kept(bytes: Buffer, room?: Buffer): Buffer {
  if (bytes.buffer !== shared.buffer) return bytes;
  const copy = room !== undefined && room.length >= bytes.length ? room : Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
