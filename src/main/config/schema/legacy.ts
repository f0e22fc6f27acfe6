// Keys of former versions: what they became, and in which order users are told so (spec/agent.md, "Deprecated spellings" and
// "Tutorial options"). A file is read with FILE, then every row moves its value to the new key, unless that is set too.

import { AGENT } from './agent.js';
import { NETWORK } from './network.js';
import { OPERATION } from './operation.js';
import type { Schema, SchemaField } from './types.js';
import { stanza } from './types.js';

export interface LegacyKey {
  readonly old: string;
  readonly type: 'string' | 'bool' | 'int' | 'duration' | 'strings' | 'free';
  /** null: accepted and ignored. */
  readonly to: string | null;
  /** Set as well, where the old key meant more than the new one. */
  readonly implies?: readonly { readonly path: string; readonly value: boolean }[];
  /** A stock agent refuses it; lictor takes it because the tutorials of its day use it. */
  readonly own?: true;
}

const tls = (key: string): LegacyKey => ({ old: key, type: 'string', to: `tls.defaults.${key}` });

export const LEGACY_KEYS: readonly LegacyKey[] = [
  { old: 'acl.tokens.agent_master', type: 'string', to: 'acl.tokens.agent_recovery' },
  { old: 'acl_agent_master_token', type: 'string', to: 'acl.tokens.agent_recovery' },
  { old: 'acl_agent_token', type: 'string', to: 'acl.tokens.agent' },
  { old: 'acl_token', type: 'string', to: 'acl.tokens.default' },
  { old: 'acl.tokens.master', type: 'string', to: 'acl.tokens.initial_management' },
  { old: 'acl_master_token', type: 'string', to: 'acl.tokens.initial_management' },
  {
    old: 'acl_replication_token',
    type: 'string',
    to: 'acl.tokens.replication',
    implies: [{ path: 'acl.enable_token_replication', value: true }],
  },
  { old: 'enable_acl_replication', type: 'bool', to: 'acl.enable_token_replication' },
  { old: 'acl_datacenter', type: 'string', to: 'primary_datacenter', implies: [{ path: 'acl.enabled', value: true }] },
  { old: 'acl_default_policy', type: 'string', to: 'acl.default_policy' },
  { old: 'acl_down_policy', type: 'string', to: 'acl.down_policy' },
  { old: 'acl_ttl', type: 'duration', to: 'acl.token_ttl' },
  { old: 'acl_enable_key_list_policy', type: 'bool', to: 'acl.enable_key_list_policy' },
  { old: 'raft_boltdb', type: 'free', to: 'raft_logstore.boltdb' },
  { old: 'start_join', type: 'strings', to: 'retry_join' },
  { old: 'start_join_wan', type: 'strings', to: 'retry_join_wan' },
  { old: 'ui', type: 'bool', to: 'ui_config.enabled' },
  { old: 'ui_dir', type: 'string', to: 'ui_config.dir' },
  { old: 'ui_content_path', type: 'string', to: 'ui_config.content_path' },
  tls('ca_file'),
  tls('ca_path'),
  tls('cert_file'),
  tls('key_file'),
  tls('tls_cipher_suites'),
  tls('tls_min_version'),
  {
    old: 'verify_incoming',
    type: 'bool',
    to: 'tls.defaults.verify_incoming',
    implies: [{ path: 'tls.grpc.verify_incoming', value: false }],
  },
  { old: 'verify_incoming_https', type: 'bool', to: 'tls.https.verify_incoming' },
  { old: 'verify_incoming_rpc', type: 'bool', to: 'tls.internal_rpc.verify_incoming' },
  { old: 'verify_outgoing', type: 'bool', to: 'tls.defaults.verify_outgoing' },
  { old: 'verify_server_hostname', type: 'bool', to: 'tls.internal_rpc.verify_server_hostname' },
  { old: 'tls_prefer_server_cipher_suites', type: 'bool', to: null },
  { old: 'recursor', type: 'string', to: 'recursors', own: true },
  { old: 'statsd_addr', type: 'string', to: 'telemetry.statsd_address', own: true },
  { old: 'statsite_addr', type: 'string', to: 'telemetry.statsite_address', own: true },
  { old: 'ports.rpc', type: 'int', to: null, own: true },
  { old: 'addresses.rpc', type: 'string', to: null, own: true },
];

function topLevel(): Schema {
  const fields: { [key: string]: SchemaField } = {};
  for (const { old, type } of LEGACY_KEYS) if (!old.includes('.')) fields[old] = { type };
  return fields;
}

/** What a file may contain: the schema and all former keys. */
export const FILE: Schema = {
  ...AGENT,
  ...topLevel(),
  acl: stanza({
    ...OPERATION.acl.fields,
    tokens: stanza({
      ...OPERATION.acl.fields.tokens.fields,
      master: { type: 'string' },
      agent_master: { type: 'string' },
    }),
  }),
  ports: stanza({ ...NETWORK.ports.fields, rpc: { type: 'int' } }),
  addresses: stanza({ ...NETWORK.addresses.fields, rpc: { type: 'string' } }),
};

/** Keys of other editions: accepted with a warning. The name shown may be longer than the path. */
export const ENTERPRISE_KEYS: readonly { readonly path: string; readonly shown?: string }[] = [
  { path: 'read_replica', shown: 'read_replica (or the deprecated non_voting_server)' },
  { path: 'segment' },
  { path: 'segments' },
  { path: 'partition' },
  { path: 'autopilot.redundancy_zone_tag' },
  { path: 'autopilot.upgrade_version_tag' },
  { path: 'autopilot.disable_upgrade_migration' },
  { path: 'dns_config.prefer_namespace' },
  { path: 'acl.msp_disable_bootstrap' },
  { path: 'acl.tokens.managed_service_provider' },
  { path: 'audit' },
  { path: 'license_path' },
  { path: 'reporting.license.enabled' },
];
