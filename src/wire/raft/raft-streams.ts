// The port by which the state worker, which owns the listener of the server port, relays Raft connections of other servers to
// the raft worker, chunk by chunk. Buffers are transferred. A stream's number is not used twice.

/** The state worker stops reading a stream of which more than this is not given back with `raft-read`. */
export const RAFT_STREAM_WINDOW_BYTES = 1024 * 1024;
/** The raft worker gives back no less at once: what it takes is read on for long before that. */
export const RAFT_STREAM_ROOM_BYTES = RAFT_STREAM_WINDOW_BYTES / 4;

/** State worker to raft worker. The connection's first byte is taken off. */
export type FromRaftStreams =
  /** `remote`: `host:port` of the other end, for the log. */
  | { readonly kind: 'raft-opened'; readonly stream: number; readonly remote: string }
  | { readonly kind: 'raft-bytes'; readonly stream: number; readonly bytes: Uint8Array }
  /** Once a stream, unless the raft worker closed it; nothing of it follows. */
  | { readonly kind: 'raft-ended'; readonly stream: number };

/** Raft worker to state worker. What is said of a stream that has ended is passed over. */
export type ToRaftStreams =
  | { readonly kind: 'raft-write'; readonly stream: number; readonly bytes: Uint8Array }
  /** Gives back room: so many bytes were taken. */
  | { readonly kind: 'raft-read'; readonly stream: number; readonly bytes: number }
  | { readonly kind: 'raft-close'; readonly stream: number };
