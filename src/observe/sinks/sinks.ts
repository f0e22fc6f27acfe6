// The daemons that the configuration names, each told of every report.

import { splitHostPort } from '../../gotext/host-port.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { MetricsReport } from '../../wire/thread-port.js';
import type { Logger } from '../logger.js';
import { MetricNames } from '../metric-names.js';
import { Datagrams } from './datagrams.js';
import { dogstatsdForm, type LineForm, linesOf, statsdForm } from './lines.js';
import type { Sink } from './sink.js';
import { LineStream } from './stream.js';

/** About a millisecond. */
const LINES_PER_TURN = 500;

export type SinkConfig = RuntimeConfig['telemetry'];

interface OpenSink {
  readonly sink: Sink;
  form: LineForm;
  readonly formOf: (names: MetricNames, config: SinkConfig) => LineForm;
}

export class MetricSinks {
  readonly #open: readonly OpenSink[];

  constructor(config: SinkConfig, logger: Logger) {
    const names = new MetricNames(config);
    const open = (
      address: string,
      daemon: string,
      make: new (host: string, port: number, warn: (problem: string) => void) => Sink,
      formOf: OpenSink['formOf'],
    ): OpenSink[] => {
      if (address === '') return [];
      const { host, port } = splitHostPort(address);
      let warned = '';
      const warn = (problem: string): void => {
        // Tried again every second; said once.
        if (problem !== warned) logger.warn(`Error connecting to ${daemon}`, 'address', address, 'error', problem);
        warned = problem;
      };
      return [{ sink: new make(host === '' ? 'localhost' : host, port, warn), form: formOf(names, config), formOf }];
    };
    this.#open = [
      ...open(config.statsiteAddress, 'statsite', LineStream, statsdForm),
      ...open(config.statsdAddress, 'statsd', Datagrams, statsdForm),
      ...open(config.dogstatsdAddress, 'DogStatsD', Datagrams, (known, { dogstatsdTags }) =>
        dogstatsdForm(known, dogstatsdTags),
      ),
    ];
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  send(report: MetricsReport): void {
    for (const { sink, form } of this.#open) inTurns(sink, linesOf(report, form));
  }

  /** The filter's rules can change. */
  reload(config: SinkConfig): void {
    const names = new MetricNames(config);
    for (const one of this.#open) one.form = one.formOf(names, config);
  }

  close(): void {
    for (const { sink } of this.#open) sink.close();
  }
}

/** Labels come from requests: there may be many lines. */
function inTurns(sink: Sink, lines: Iterator<string>): void {
  const some: string[] = [];
  while (some.length < LINES_PER_TURN) {
    const { value, done } = lines.next();
    if (done === true) break;
    some.push(value);
  }
  sink.send(some);
  if (some.length === LINES_PER_TURN) setImmediate(() => inTurns(sink, lines));
}
