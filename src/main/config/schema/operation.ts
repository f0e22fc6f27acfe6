// The stanzas of the schema about the cluster, its data and its upkeep (spec/agent.md section 4).

import type { Schema } from './types.js';
import { list, stanza } from './types.js';

export const OPERATION = {
  acl: stanza({
    enabled: { type: 'bool', default: false, about: 'turns ACLs on' },
    default_policy: { type: 'string', default: 'allow', about: 'when no rule matches: allow, deny' },
    down_policy: {
      type: 'string',
      default: 'extend-cache',
      about: "when the primary can't be asked: allow, deny, extend-cache, async-cache",
    },
    token_ttl: { type: 'duration', default: '30s', about: 'token cache' },
    policy_ttl: { type: 'duration', default: '30s', about: 'policy cache' },
    role_ttl: { type: 'duration', default: '0s', about: 'role cache; 0 = policy_ttl' },
    enable_token_replication: { type: 'bool', default: false, about: 'secondary datacenters copy tokens' },
    enable_token_persistence: { type: 'bool', default: false, about: 'keep API-set agent tokens on disk' },
    enable_key_list_policy: { type: 'bool', default: false, about: 'key list rights for recursive reads' },
    msp_disable_bootstrap: { type: 'bool', default: false, about: 'no effect' },
    tokens: stanza({
      initial_management: { type: 'string', reload: true, about: 'created on a new primary' },
      agent: { type: 'string', reload: true, about: "agent's own operations" },
      agent_recovery: { type: 'string', reload: true, about: 'agent API when servers are away' },
      default: { type: 'string', reload: true, about: 'requests without token' },
      replication: { type: 'string', reload: true, about: 'ACL replication' },
      config_file_service_registration: { type: 'string', reload: true, about: 'registrations from files' },
      managed_service_provider: list({ accessor_id: { type: 'string' }, secret_id: { type: 'string' } }),
      dns: { type: 'string', reload: true, about: 'DNS lookups' },
    }),
  }),
  autopilot: stanza({
    cleanup_dead_servers: {
      type: 'bool',
      default: true,
      about: 'remove dead servers; like the rest of autopilot only the initial value of a new cluster',
    },
    last_contact_threshold: {
      type: 'duration',
      default: '200ms',
      about: 'a server that heard of the leader longer ago is unhealthy',
    },
    max_trailing_logs: { type: 'int', default: 250, about: 'a server further behind is unhealthy' },
    min_quorum: { type: 'uint', default: 0, about: 'never remove servers below this number' },
    server_stabilization_time: {
      type: 'duration',
      default: '10s',
      about: 'how long a new server must be healthy before it votes',
    },
    redundancy_zone_tag: { type: 'string', about: 'no effect' },
    upgrade_version_tag: { type: 'string', about: 'no effect' },
    disable_upgrade_migration: { type: 'bool', about: 'no effect' },
  }),
  cache: stanza({
    entry_fetch_max_burst: { type: 'int', default: 2, reload: true, about: 'no effect' },
    entry_fetch_rate: { type: 'float64', default: -1, reload: true, about: 'no effect' },
  }),
  config_entries: stanza({
    bootstrap: { type: 'free-list', reload: true, about: 'entries created by the leader if absent' },
  }),
  connect: stanza({
    enabled: { type: 'bool', default: true, about: 'the certificate authority of the mesh' },
    ca_provider: { type: 'string', about: '`consul`, the builtin one, is the only one' },
    ca_config: { type: 'free', about: 'what a new cluster begins with (docs/spec/connect-ca.md)' },
    enable_mesh_gateway_wan_federation: { type: 'bool', default: false },
    enable_serverless_plugin: { type: 'bool', default: false },
    test_ca_leaf_root_change_spread: { type: 'duration', default: '0s' },
  }),
  locality: stanza({
    region: { type: 'string' },
    zone: { type: 'string' },
  }),
  peering: stanza({
    enabled: { type: 'bool', default: true, about: 'kept; comes with a later version' },
    test_allow_peer_registrations: { type: 'bool', default: false },
  }),
  performance: stanza({
    grpc_keepalive_interval: { type: 'duration', default: '30s', about: 'no effect' },
    grpc_keepalive_timeout: { type: 'duration', default: '20s', about: 'no effect' },
    leave_drain_time: { type: 'duration', default: '5s', about: 'wait after leave' },
    reader_workers: {
      type: 'uint',
      about:
        'lictor: threads of a server that answer reads beside the first one, each with the state once more in memory; ' +
        'by default one for four cores, four at most, and none where the port can’t be shared',
    },
    raft_multiplier: { type: 'int', default: 5, reload: true, about: '1-10' },
    rpc_hold_timeout: { type: 'duration', default: '7s', about: 'retry window without leader' },
  }),
  raft_logstore: stanza({
    backend: { type: 'string', default: 'default', about: 'boltdb, wal' },
    disable_log_cache: { type: 'bool', default: false },
    verification: stanza({
      enabled: { type: 'bool', default: false },
      interval: { type: 'duration', default: '0s' },
    }),
    wal: stanza({
      segment_size_mb: { type: 'int', default: 64, about: '1-1024' },
    }),
    boltdb: { type: 'free', about: 'no effect in lictor' },
  }),
  telemetry: stanza({
    disable_hostname: { type: 'bool', default: false, about: 'no host in gauge names' },
    disable_per_tenancy_usage_metrics: { type: 'bool', default: false },
    dogstatsd_addr: { type: 'string', about: 'host:port of a DogStatsD daemon (UDP)' },
    dogstatsd_tags: { type: 'strings' },
    enable_host_metrics: { type: 'bool', default: false },
    filter_default: { type: 'bool', default: true },
    metrics_prefix: { type: 'string', default: 'consul' },
    prefix_filter: { type: 'strings', reload: true, about: '+p, -p' },
    prometheus_retention_time: { type: 'duration', default: '0s', about: '0 = off' },
    retry_failed_connection: {
      type: 'bool',
      default: true,
      about: 'no effect in lictor: sinks are always tried again',
    },
    statsd_address: { type: 'string', about: 'host:port of a statsd daemon (UDP)' },
    statsite_address: { type: 'string', about: 'host:port of a statsite daemon (TCP)' },
    circonus_api_app: { type: 'string', about: 'no effect in lictor' },
    circonus_api_token: { type: 'string', about: 'no effect in lictor' },
    circonus_api_url: { type: 'string', about: 'no effect in lictor' },
    circonus_broker_id: { type: 'string', about: 'no effect in lictor' },
    circonus_broker_select_tag: { type: 'string', about: 'no effect in lictor' },
    circonus_check_display_name: { type: 'string', about: 'no effect in lictor' },
    circonus_check_force_metric_activation: { type: 'string', about: 'no effect in lictor' },
    circonus_check_id: { type: 'string', about: 'no effect in lictor' },
    circonus_check_instance_id: { type: 'string', about: 'no effect in lictor' },
    circonus_check_search_tag: { type: 'string', about: 'no effect in lictor' },
    circonus_check_tags: { type: 'string', about: 'no effect in lictor' },
    circonus_submission_interval: { type: 'string', about: 'no effect in lictor' },
    circonus_submission_url: { type: 'string', about: 'no effect in lictor' },
  }),
  ui_config: stanza({
    content_path: { type: 'string', default: '/ui/', flag: 'ui-content-path' },
    dashboard_url_templates: { type: 'map' },
    dir: { type: 'string', flag: 'ui-dir', about: 'own UI files' },
    enabled: { type: 'bool', default: false, dev: true, flag: 'ui' },
    metrics_provider: { type: 'string' },
    metrics_provider_files: { type: 'strings' },
    metrics_provider_options_json: { type: 'string' },
    metrics_proxy: stanza({
      add_headers: list({ name: { type: 'string' }, value: { type: 'string' } }),
      base_url: { type: 'string' },
      path_allowlist: { type: 'strings' },
    }),
  }),
  xds: stanza({
    update_max_per_second: { type: 'float64', default: 250, reload: true, about: 'kept; comes with a later version' },
  }),
} as const satisfies Schema;
