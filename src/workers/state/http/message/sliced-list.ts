// A list too large for one text: written in pieces, one a turn, as fast as the client takes them. Hundreds of megabytes neither
// hold the loop nor have to fit into one string.

import type { StreamBody } from './reply.js';

/** Characters of a piece; well under a millisecond of work. */
const PIECE_LENGTH = 256 * 1024;
/** How long a client that doesn't keep up is left alone. */
const RETRY_MS = 5;

/** The JSON list of these items, which must not change. */
export function slicedList<T>(items: readonly T[], element: (item: T) => string): StreamBody {
  return {
    start(write, end) {
      let next = 0;
      let isOver = false;
      /** What the client hasn't taken yet. */
      let piece = '';
      const fill = (): void => {
        piece = next === 0 ? '[' : '';
        while (next < items.length && piece.length < PIECE_LENGTH) {
          piece += (next === 0 ? '' : ',') + element(items[next] as T);
          next += 1;
        }
        if (next === items.length) piece += ']';
      };
      const turn = (): void => {
        if (isOver) return;
        if (piece === '') fill();
        if (!write(piece)) {
          setTimeout(turn, RETRY_MS);
          return;
        }
        piece = '';
        if (next < items.length) setImmediate(turn);
        else end();
      };
      setImmediate(turn);
      return () => {
        isOver = true;
      };
    },
  };
}
