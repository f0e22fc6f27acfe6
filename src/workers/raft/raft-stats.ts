// The `raft` section of `info` and of /v1/agent/self, by Consul's names.

import { formatDuration } from '../../gotext/duration.js';
import { describe } from './core/configuration.js';
import type { RaftCore } from './core/raft.js';

export function statsOf(core: RaftCore, applied: number, nowMs: number): { readonly [name: string]: string } {
  const { log } = core;
  const others = core.configuration.servers.filter((server) => server.id !== core.id);
  return {
    applied_index: String(applied),
    commit_index: String(log.committed),
    fsm_pending: String(log.committed - applied),
    last_contact: core.role === 'leader' ? '0' : contact(core.lastContactMs, nowMs),
    last_log_index: String(log.last.index),
    last_log_term: String(log.last.term),
    last_snapshot_index: String(log.snapshot.index),
    last_snapshot_term: String(log.snapshot.term),
    latest_configuration: describe(core.configuration),
    latest_configuration_index: '0',
    num_peers: String(others.length),
    protocol_version: '3',
    protocol_version_max: '3',
    protocol_version_min: '0',
    snapshot_version_max: '1',
    snapshot_version_min: '0',
    state: `${core.role[0]?.toUpperCase()}${core.role.slice(1)}`,
    term: String(core.term),
  };
}

function contact(lastMs: number, nowMs: number): string {
  return lastMs === Number.NEGATIVE_INFINITY ? 'never' : formatDuration(Math.round((nowMs - lastMs) * 1e6));
}
