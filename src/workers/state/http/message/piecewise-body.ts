// A long answer on its way: its pieces are made as fast as the client takes them, in the thread's shared slices (turns.ts), so
// that hundreds of megabytes neither hold up the loop nor have to fit into one string.

import zlib from 'node:zlib';
import { type Steps, turns, type Work } from '../../turns/turns.js';
import { GZIP_LEVEL } from './gzip.js';
import type { StreamBody } from './reply.js';

/** How long a client that doesn't keep up is left alone. */
const RETRY_MS = 5;

/** The next piece; null behind the last. */
export type NextPiece = () => string | null;

export function piecewise(next: NextPiece): StreamBody {
  return {
    start(write, end, drop) {
      let work: Work | null = null;
      let timer: NodeJS.Timeout | null = null;
      /** What the client hasn't taken yet. */
      let piece: string | null = null;
      /** False: the client doesn't keep up. */
      function* steps(): Steps<boolean> {
        for (;;) {
          piece ??= next();
          if (piece === null) return true;
          if (!write(piece)) return false;
          piece = null;
          yield;
        }
      }
      const goOn = (): void => {
        work = turns.run(
          steps(),
          (isWhole) => {
            if (isWhole) end();
            else timer = setTimeout(goOn, RETRY_MS);
          },
          drop,
        );
      };
      timer = setTimeout(goOn, 0);
      return () => {
        work?.cancel();
        if (timer !== null) clearTimeout(timer);
      };
    },
  };
}

/** The same, compressed on another thread. */
export function piecewisePacked(next: NextPiece): StreamBody {
  return {
    start(write, end, drop) {
      const gzip = zlib.createGzip({ level: GZIP_LEVEL });
      let work: Work | null = null;
      let timer: NodeJS.Timeout | null = null;
      function* onePiece(): Steps<string | null> {
        yield;
        return next();
      }
      const goOn = (): void => {
        work = turns.run(
          onePiece(),
          (piece) => {
            if (piece === null) gzip.end();
            else gzip.write(piece, (error) => error ?? goOn());
          },
          drop,
        );
      };
      const give = (packed: Buffer): void => {
        if (write(packed)) gzip.resume();
        else {
          gzip.pause();
          timer = setTimeout(give, RETRY_MS, packed);
        }
      };
      gzip.on('data', give);
      gzip.on('end', end);
      gzip.on('error', drop);
      goOn();
      return () => {
        work?.cancel();
        if (timer !== null) clearTimeout(timer);
        gzip.destroy();
      };
    },
  };
}
