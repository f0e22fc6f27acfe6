// Two yamux sessions whose frames are carried from one to the other by hand, in pieces of any size.

import { YamuxSession } from '../../../../../src/workers/state/rpc/yamux/session.js';
import type { StreamListener, YamuxStream } from '../../../../../src/workers/state/rpc/yamux/stream.js';

/** Takes everything and remembers it. */
export class Collector implements StreamListener {
  stream: YamuxStream | null = null;
  bytes = Buffer.alloc(0);
  isEnded = false;
  failure = '';
  drains = 0;
  /** Whether bytes are taken at once. */
  consumes = true;

  data(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    if (this.consumes) this.stream?.consumed(bytes.length);
  }

  ended(): void {
    this.isEnded = true;
  }

  failed(reason: string): void {
    this.failure = reason;
  }

  drained(): void {
    this.drains += 1;
  }
}

export class End {
  readonly session: YamuxSession;
  readonly accepted: Collector[] = [];
  closedBy = '';

  constructor(dials: boolean, limits = { streams: 100, unaccepted: 10 }) {
    this.session = new YamuxSession(
      dials,
      0,
      {
        opened: (stream) => {
          const collector = new Collector();
          collector.stream = stream;
          this.accepted.push(collector);
          return collector;
        },
        outgoing: () => {},
        accepted: () => {},
        closed: (reason) => {
          this.closedBy = reason;
        },
      },
      limits,
    );
  }

  open(): Collector {
    const collector = new Collector();
    collector.stream = this.session.open(collector);
    return collector;
  }

  /** Everything it has to send now. */
  take(): Buffer {
    const frames: Uint8Array[] = [];
    for (let frame = this.session.next(); frame !== null; frame = this.session.next()) frames.push(frame);
    return Buffer.concat(frames);
  }

  receive(hex: string): void {
    this.session.receive(Buffer.from(hex, 'hex'), 0);
  }
}

/** Until neither has anything to send. */
export function exchange(a: End, b: End, pieces: (length: number) => number = (length) => length): void {
  for (;;) {
    const toB = a.take();
    const toA = b.take();
    if (toA.length + toB.length === 0) return;
    for (const [bytes, end] of [
      [toB, b],
      [toA, a],
    ] as const) {
      for (let at = 0; at < bytes.length; ) {
        const size = Math.max(1, Math.min(bytes.length - at, pieces(bytes.length - at)));
        end.session.receive(Buffer.from(bytes.subarray(at, at + size)), 0);
        at += size;
      }
    }
  }
}
