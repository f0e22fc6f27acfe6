// A message that is to be spread (spec/gossip.md, section 8).

/**
 * One that is written each time it is sent. Whoever joins a pool of ten thousand has as many to tell, and most of them wait for
 * minutes: to write them at once would hold the thread, and keeping what was written takes megabytes.
 */
export interface Unwritten {
  /** Of what {@link write} gives. */
  readonly length: number;
  /** The same bytes every time. */
  write(): Uint8Array;
}

export interface Broadcast {
  readonly message: Uint8Array | Unwritten;
  /** It takes the place of an older one with the same key; null: of none. */
  readonly key: string | null;
  /** Called once, when the message was replaced, dropped, or sent for the last time. */
  readonly onFinished?: () => void;
}

export function bytesOf(message: Broadcast['message']): Uint8Array {
  return message instanceof Uint8Array ? message : message.write();
}
