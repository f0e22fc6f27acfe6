// The sections of DebugConfig about gossip, Raft, limits and ACLs.

import type { AgentConfig } from '../schema/agent.js';
import type { Facts, Section } from './values.js';
import { ms, rate, span } from './values.js';

export function acl({ config, runtime }: Facts): Section {
  const { acl: given } = config;
  return {
    ACLEnableKeyListPolicy: given.enable_key_list_policy,
    ACLInitialManagementToken: runtime.acl.initialManagementToken,
    ACLResolverSettings: {
      ACLDefaultPolicy: given.default_policy,
      ACLDownPolicy: given.down_policy,
      ACLPolicyTTL: span(given.policy_ttl),
      ACLRoleTTL: span(given.role_ttl),
      ACLTokenTTL: span(given.token_ttl),
      ACLsEnabled: given.enabled,
      Datacenter: runtime.datacenter,
      EnterpriseMeta: {},
      NodeName: runtime.nodeName,
    },
    ACLTokenReplication: given.enable_token_replication,
    ACLTokens: {
      ACLAgentRecoveryToken: '',
      ACLAgentToken: '',
      ACLConfigFileRegistrationToken: '',
      ACLDNSToken: '',
      ACLDefaultToken: '',
      ACLReplicationToken: '',
      DataDir: runtime.dataDir ?? '',
      EnablePersistence: given.enable_token_persistence,
      EnterpriseConfig: {},
    },
    ACLsEnabled: given.enabled,
  };
}

export function gossip({ config, runtime }: Facts): Section {
  const pool = (name: 'LAN' | 'WAN', given: AgentConfig['gossip_lan'] | AgentConfig['gossip_wan']): Section => ({
    [`Gossip${name}GossipInterval`]: span(given.gossip_interval),
    [`Gossip${name}GossipNodes`]: given.gossip_nodes,
    [`Gossip${name}ProbeInterval`]: span(given.probe_interval),
    [`Gossip${name}ProbeTimeout`]: span(given.probe_timeout),
    [`Gossip${name}RetransmitMult`]: given.retransmit_mult,
    [`Gossip${name}SuspicionMult`]: given.suspicion_mult,
  });
  return {
    ...pool('LAN', config.gossip_lan),
    ...pool('WAN', config.gossip_wan),
    AdvertiseReconnectTimeout: span(config.advertise_reconnect_timeout),
    DisableKeyringFile: config.disable_keyring_file,
    EncryptKey: config.encrypt ?? '',
    RPCProtocol: config.protocol,
    ReconnectTimeoutLAN: span(config.reconnect_timeout),
    ReconnectTimeoutWAN: span(config.reconnect_timeout_wan),
    RejoinAfterLeave: config.rejoin_after_leave,
    RetryJoinIntervalLAN: span(config.retry_interval),
    RetryJoinIntervalWAN: span(config.retry_interval_wan),
    RetryJoinLAN: runtime.retryJoin.map(hideProviderSecrets),
    RetryJoinMaxAttemptsLAN: config.retry_max,
    RetryJoinMaxAttemptsWAN: config.retry_max_wan,
    RetryJoinWAN: (runtime.wan?.retryJoin ?? []).map(hideProviderSecrets),
    SerfAllowedCIDRsLAN: config.serf_lan_allowed_cidrs,
    SerfAllowedCIDRsWAN: config.serf_wan_allowed_cidrs,
    StaticRuntimeConfig: {
      EncryptVerifyIncoming: config.encrypt_verify_incoming,
      EncryptVerifyOutgoing: config.encrypt_verify_outgoing,
    },
  };
}

/** `provider=… secret_key=…` entries keep their form, not their secrets. */
function hideProviderSecrets(entry: string): string {
  return entry.replaceAll(/(\S*(?:key|token|secret)\S*)=\S+/gi, '$1=hidden');
}

export function raft({ config, runtime }: Facts): Section {
  const { autopilot, raft_logstore: store } = config;
  return {
    AutopilotCleanupDeadServers: autopilot.cleanup_dead_servers,
    AutopilotDisableUpgradeMigration: false,
    AutopilotLastContactThreshold: span(autopilot.last_contact_threshold),
    AutopilotMaxTrailingLogs: autopilot.max_trailing_logs,
    AutopilotMinQuorum: autopilot.min_quorum,
    AutopilotRedundancyZoneTag: '',
    AutopilotServerStabilizationTime: span(autopilot.server_stabilization_time),
    AutopilotUpgradeVersionTag: '',
    ConsulCoordinateUpdatePeriod: runtime.devMode ? '100ms' : '5s',
    ConsulRaftElectionTimeout: ms(runtime.raft.electionTimeoutMs),
    ConsulRaftHeartbeatTimeout: ms(runtime.raft.heartbeatTimeoutMs),
    ConsulRaftLeaderLeaseTimeout: ms(runtime.raft.leaderLeaseMs),
    ConsulServerHealthInterval: runtime.devMode ? '10ms' : '2s',
    RaftLogStoreConfig: {
      Backend: store.backend,
      BoltDB: { NoFreelistSync: false },
      DisableLogCache: store.disable_log_cache,
      Verification: { Enabled: store.verification.enabled, Interval: span(store.verification.interval) },
      WAL: { SegmentSize: store.wal.segment_size_mb * 1024 * 1024 },
    },
    RaftPreVoteDisabled: config.raft_prevote_disabled,
    RaftProtocol: config.raft_protocol,
    RaftSnapshotInterval: span(config.raft_snapshot_interval),
    RaftSnapshotThreshold: config.raft_snapshot_threshold,
    RaftTrailingLogs: config.raft_trailing_logs,
    ServerRejoinAgeMax: span(config.server_rejoin_age_max),
  };
}

const REQUEST_LIMIT_MODES = ['disabled', 'permissive', 'enforcing'];

export function limits({ config }: Facts): Section {
  const { limits: given, performance } = config;
  return {
    Cache: {
      EntryFetchMaxBurst: config.cache.entry_fetch_max_burst,
      EntryFetchRate: rate(config.cache.entry_fetch_rate),
      Logger: null,
    },
    DefaultQueryTime: span(config.default_query_time),
    GRPCKeepaliveInterval: span(performance.grpc_keepalive_interval),
    GRPCKeepaliveTimeout: span(performance.grpc_keepalive_timeout),
    KVMaxValueSize: given.kv_max_value_size,
    LeaveDrainTime: span(performance.leave_drain_time),
    MaxQueryTime: span(config.max_query_time),
    RPCClientTimeout: span(given.rpc_client_timeout),
    RPCHandshakeTimeout: span(given.rpc_handshake_timeout),
    RPCHoldTimeout: span(performance.rpc_hold_timeout),
    RPCMaxBurst: given.rpc_max_burst,
    RPCMaxConnsPerClient: given.rpc_max_conns_per_client,
    RPCRateLimit: rate(given.rpc_rate),
    RequestLimitsMode: REQUEST_LIMIT_MODES.indexOf(given.request_limits.mode),
    RequestLimitsReadRate: rate(given.request_limits.read_rate),
    RequestLimitsWriteRate: rate(given.request_limits.write_rate),
    TxnMaxReqLen: given.txn_max_req_len,
    XDSUpdateRateLimit: config.xds.update_max_per_second,
  };
}
