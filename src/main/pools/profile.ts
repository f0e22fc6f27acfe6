// What makes a pool of Consul's the one it is (spec/gossip.md, sections 18 to 20): its addresses, rhythm, name, tags, rules
// and files. LAN and WAN differ in this and in nothing else.

import path from 'node:path';
import type { GossipPoolConfig, RuntimeConfig } from '../../wire/config.js';
import type { PoolName } from '../../wire/gossip-pools.js';
import { CONSUL_LAN, CONSUL_WAN, type GossipSettings } from '../gossip/core/settings.js';
import { CONSUL_SERF, type MergeRules, type SerfSettings } from '../gossip/serf/pool/options.js';
import { allowedNetworks } from './allowed-networks.js';
import { lanMergeRules, wanMergeRules } from './merge-rules.js';
import { ownTags } from './tags.js';

export interface PoolProfile {
  readonly pool: PoolName;
  /** Our name in it. */
  readonly selfName: string;
  readonly addresses: Pick<GossipPoolConfig, 'bindAddress' | 'advertiseAddress' | 'port'>;
  readonly gossip: GossipSettings;
  readonly serf: SerfSettings;
  readonly tags: ReadonlyMap<string, string>;
  readonly rules: MergeRules;
  /** Null: nothing is kept. */
  readonly dataDir: string | null;
  readonly snapshotPath: string | null;
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
function keptDir(config: RuntimeConfig): string | null {
  return config.devMode ? null : config.dataDir;
}

function snapshotFile(config: RuntimeConfig, name: string): string | null {
  const dataDir = keptDir(config);
  return dataDir === null ? null : path.join(dataDir, 'serf', name);
}

export function lanProfile(config: RuntimeConfig): PoolProfile {
  const { nodeName: name, nodeId, datacenter } = config;
  return {
    pool: 'lan',
    selfName: name,
    addresses: config.lan,
    gossip: rhythm(config.lan, CONSUL_LAN),
    serf: {
      ...CONSUL_SERF,
      reconnectTimeoutMs: config.lan.reconnectTimeoutMs,
      // Servers are named by their operators, and a vote among clients must not end one.
      isNameConflictResolved: !config.server,
    },
    tags: ownTags(config, 'lan'),
    rules: lanMergeRules({ name, nodeId, datacenter, isAllowedAddress: allowedNetworks(config.lan.allowedCidrs) }),
    snapshotPath: snapshotFile(config, 'local.snapshot'),
    dataDir: keptDir(config),
  };
}

/** The pool of servers of all datacenters; null where there is none. */
export function wanProfile(config: RuntimeConfig): PoolProfile | null {
  const { wan } = config;
  if (!config.server || wan === null) return null;
  const { datacenter } = config;
  const name = `${config.nodeName}.${datacenter}`;
  return {
    pool: 'wan',
    selfName: name,
    addresses: wan,
    gossip: rhythm(wan, CONSUL_WAN),
    serf: { ...CONSUL_SERF, reconnectTimeoutMs: wan.reconnectTimeoutMs, isNameConflictResolved: false },
    tags: ownTags(config, 'wan'),
    rules: wanMergeRules({
      name,
      datacenter,
      isAllowedAddress: allowedNetworks(wan.allowedCidrs),
      isFederationDisabled: false,
    }),
    snapshotPath: snapshotFile(config, 'remote.snapshot'),
    dataDir: keptDir(config),
  };
}
