// What is said of connections that TLS refused, whatever was wrong with them: each is counted, and told of in a line of the log,
// but no more than one a second of each kind, since whoever can connect could fill the log.

import type { Logger } from '../../../../observe/logger.js';
import type { Metrics, Series } from '../../../../observe/metrics.js';

const LINE_INTERVAL_MS = 1_000;

/** What was wrong. Without an error text where the kind says all. */
export type TlsProblem =
  /** The other side's certificate isn't one that is trusted here, or there is none. */
  | 'bad certificate'
  /** It is trusted, but not for this. */
  | 'wrong name'
  /** Where TLS is required, it wasn't spoken. */
  | 'not TLS'
  /** TLS was spoken where there is none. */
  | 'TLS is not served'
  /** No version, cipher suite or protocol in common, or nonsense. */
  | 'handshake failed'
  | 'timeout';

/** Of one kind of problem. */
interface Line {
  /** Refused since the last line. */
  unsaid: number;
  nextMs: number;
}

export class TlsRefusals {
  readonly #listener: string;
  readonly #logger: Logger;
  readonly #counter: Series;
  readonly #lines = new Map<TlsProblem, Line>();

  /** `listener` names for log and metrics where they came in: `https`, `rpc`. */
  constructor(listener: string, logger: Logger, metrics: Metrics) {
    this.#listener = listener;
    this.#logger = logger;
    this.#counter = metrics.counter('tls.refused', [['listener', listener]]);
  }

  /** `from`: the other side's address, "" where it has none. */
  refused(problem: TlsProblem, from: string, detail = ''): void {
    this.#counter.add(1);
    const line = this.#lineOf(problem);
    const now = performance.now();
    if (now < line.nextMs) {
      line.unsaid += 1;
      return;
    }
    line.nextMs = now + LINE_INTERVAL_MS;
    const error = detail === '' ? problem : `${problem}: ${detail}`;
    const more = line.unsaid === 0 ? [] : ['unsaid', line.unsaid];
    this.#logger.warn('TLS connection refused', 'listener', this.#listener, 'from', from, 'error', error, ...more);
    line.unsaid = 0;
  }

  #lineOf(problem: TlsProblem): Line {
    let line = this.#lines.get(problem);
    if (line === undefined) {
      line = { unsaid: 0, nextMs: 0 };
      this.#lines.set(problem, line);
    }
    return line;
  }
}
