// What the shell counts, by memberlist's names.

import type { Labels, Metrics, Series } from '../../../observe/metrics.js';

export interface ShellMetrics {
  readonly udpSent: Series;
  readonly udpReceived: Series;
  readonly tcpAccept: Series;
  readonly tcpConnect: Series;
  readonly tcpSent: Series;
  /** Milliseconds of a push/pull that we began. */
  readonly pushPull: Series;
}

const UNCOUNTED: Series = { add: () => undefined };

/** Null: nothing is counted. */
export function shellMetrics(metrics: Metrics | null, labels: Labels): ShellMetrics {
  const counter = (name: string): Series => metrics?.counter(`memberlist.${name}`, labels) ?? UNCOUNTED;
  return {
    udpSent: counter('udp.sent'),
    udpReceived: counter('udp.received'),
    tcpAccept: counter('tcp.accept'),
    tcpConnect: counter('tcp.connect'),
    tcpSent: counter('tcp.sent'),
    pushPull: metrics?.sample('memberlist.pushPullNode', labels) ?? UNCOUNTED,
  };
}
