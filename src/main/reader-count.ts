// How many readers a server runs beside its state worker (docs/configuration.md, "performance.reader_workers"): as configured, else by its cores; none
// where this runtime can't share a port among threads.

import type { RuntimeConfig } from '../wire/config.js';

/** One for so many cores, as the primary, raft, gossip and checks want some, too. */
const CORES_A_READER = 4;
/** Each holds the whole state once more. */
const MOST_BY_DEFAULT = 4;

export interface Runtime {
  readonly cores: number;
  readonly platform: string;
  /** `process.versions.node` */
  readonly node: string;
}

export interface ReaderCount {
  readonly count: number;
  /** They answer DNS, too. */
  readonly answerDns: boolean;
  /** What was asked for and isn't to be had. */
  readonly warning: string | null;
}

type Settings = Pick<RuntimeConfig, 'server' | 'readerWorkers'> & {
  readonly http: Pick<RuntimeConfig['http'], 'engine'>;
};

export function readerCount({ server, readerWorkers: asked, http }: Settings, runtime: Runtime): ReaderCount {
  const nodeShares = runtime.platform === 'linux' && hasReusePort(runtime.node);
  const canShare = http.engine === 'uws' ? runtime.platform === 'linux' : nodeShares;
  if (!server || !canShare) {
    const why = server
      ? `the HTTP engine ${http.engine} can't share a port on Node ${runtime.node} and ${runtime.platform}`
      : 'a client agent has no state to read from';
    const warning = asked !== null && asked > 0 ? `performance.reader_workers: ${why}: no readers are started` : null;
    return { count: 0, answerDns: false, warning };
  }
  const byCores = Math.min(MOST_BY_DEFAULT, Math.floor(runtime.cores / CORES_A_READER));
  return { count: asked ?? byCores, answerDns: nodeShares, warning: null };
}

/** Node's sockets have the option `reusePort` since 22.12 and 23.1. */
function hasReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 22) return minor >= 12;
  return major === 23 ? minor >= 1 : major > 23;
}
