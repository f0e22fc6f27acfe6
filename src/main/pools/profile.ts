// What makes a pool of Consul's the one it is (spec/gossip.md, sections 18 to 20): its addresses, rhythm, name, tags, rules
// and files. LAN and WAN differ in this and in nothing else.

import path from 'node:path';
import type { GossipPoolConfig, RuntimeConfig } from '../../wire/config.js';
import type { PoolName } from '../../wire/gossip-pools.js';
import { CONSUL_LAN, CONSUL_WAN, type GossipSettings } from '../gossip/core/settings.js';
import { CONSUL_SERF, type MergeRules, type SerfSettings } from '../gossip/serf/options.js';
import { lanRules, wanRules } from './merge-rules.js';
import { poolTags } from './tags.js';

export interface PoolProfile {
  readonly pool: PoolName;
  /** Our name in it. */
  readonly selfName: string;
  readonly addresses: Pick<GossipPoolConfig, 'bindAddress' | 'advertiseAddress' | 'port' | 'allowedCidrs'>;
  readonly gossip: GossipSettings;
  readonly serf: SerfSettings;
  readonly tags: ReadonlyMap<string, string>;
  readonly rules: MergeRules;
  /** Null: nothing is kept. */
  readonly snapshotPath: string | null;
  readonly keyringPath: string | null;
}

function rhythm(config: GossipPoolConfig, base: GossipSettings): GossipSettings {
  return {
    ...base,
    gossipIntervalMs: config.gossipIntervalMs,
    gossipNodes: config.gossipNodes,
    probeIntervalMs: config.probeIntervalMs,
    probeTimeoutMs: config.probeTimeoutMs,
    retransmitMult: config.retransmitMultiplier,
    suspicionMult: config.suspicionMultiplier,
  };
}

/** A development agent keeps nothing, even where it has a data directory. */
function serfFile(config: RuntimeConfig, name: string): string | null {
  return config.dataDir === null || config.devMode ? null : path.join(config.dataDir, 'serf', name);
}

export function lanProfile(config: RuntimeConfig): PoolProfile {
  return {
    pool: 'lan',
    selfName: config.nodeName,
    addresses: config.lan,
    gossip: rhythm(config.lan, CONSUL_LAN),
    serf: {
      ...CONSUL_SERF,
      reconnectTimeoutMs: config.lan.reconnectTimeoutMs,
      // Servers are named by their operators, and a vote among clients must not end one.
      isNameConflictResolved: !config.server,
    },
    tags: poolTags(config, 'lan'),
    rules: lanRules(config),
    snapshotPath: serfFile(config, 'local.snapshot'),
    keyringPath: config.disableKeyringFile ? null : serfFile(config, 'local.keyring'),
  };
}

/** The pool of servers of all datacenters; null where there is none. */
export function wanProfile(config: RuntimeConfig): PoolProfile | null {
  const { wan } = config;
  if (!config.server || wan === null) return null;
  return {
    pool: 'wan',
    selfName: `${config.nodeName}.${config.datacenter}`,
    addresses: wan,
    gossip: rhythm(wan, CONSUL_WAN),
    serf: { ...CONSUL_SERF, reconnectTimeoutMs: wan.reconnectTimeoutMs, isNameConflictResolved: false },
    tags: poolTags(config, 'wan'),
    rules: wanRules(config),
    snapshotPath: serfFile(config, 'remote.snapshot'),
    keyringPath: config.disableKeyringFile ? null : serfFile(config, 'remote.keyring'),
  };
}
