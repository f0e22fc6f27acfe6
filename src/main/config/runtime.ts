// From merged settings to the configuration the agent runs with: texts become values, addresses are found, rules are
// checked. What goes wrong ends as one text (spec/agent.md section 4).

import os from 'node:os';
import { quote } from '../../gotext/quote.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { LogLevel } from '../../wire/thread-port.js';
import { COMPATIBLE_VERSION } from '../../wire/version.js';

import { buildAddresses, buildPorts } from './addresses.js';
import { buildConfigEntries } from './config-entries.js';
import { buildConnect } from './connect.js';
import { renderDebugConfig } from './debug/render.js';
import { buildDefinitions } from './definitions.js';
import { buildDns, buildHttp, buildLan, buildRecursors, buildWan } from './network.js';
import type { Problems } from './problems.js';
import type { AgentConfig } from './schema/agent.js';
import { buildTelemetry } from './telemetry.js';
import { buildAutoEncrypt, buildTls } from './tls.js';
import { validate } from './validate.js';

const HOUR = 3600e9;
const DAY_MS = 24 * 3600e3;

export function buildRuntime(config: AgentConfig, dev: boolean, problems: Problems): RuntimeConfig {
  const ports = buildPorts(config, dev, problems);
  const addresses = buildAddresses(config, ports, problems);
  if (config.segment !== undefined || config.segments.length > 0) {
    problems.refuse('Network segments are not supported in this version of Consul');
  }
  checkPortRanges(config, problems);
  const recursors = buildRecursors(config, problems);
  const lan = buildLan(config, addresses, problems);
  const wan = buildWan(config, addresses, problems);
  const raft = raftSettings(config, dev, problems);
  const tls = buildTls(config, problems);
  checkEncryptKey(config.encrypt ?? '', problems);
  const definitions = buildDefinitions(config, problems);
  const datacenter = config.datacenter.toLowerCase();
  const expect = config.bootstrap_expect;
  const bootstrap = config.bootstrap || expect === 1;
  const bootstrapExpect = expect === 1 ? 0 : expect;
  const nodeName = (config.node_name ?? os.hostname()).trim();
  const primaryDatacenter = (config.primary_datacenter || config.datacenter).toLowerCase();
  const dataDir = config.data_dir ?? '';

  const runtime: Omit<RuntimeConfig, 'debugConfig'> = {
    version: COMPATIBLE_VERSION,
    devMode: dev,
    datacenter,
    primaryDatacenter,
    nodeName,
    nodeId: config.node_id ?? '',
    nodeMeta: config.node_meta,
    dataDir: dataDir === '' ? null : dataDir,
    server: config.server,
    bootstrap,
    bootstrapExpect,
    bindAddress: addresses.bind,
    advertiseAddress: addresses.advertise,
    advertiseAddressWan: addresses.advertiseWan,
    taggedAddresses: addresses.tagged,
    clientAddresses: addresses.clients,
    httpsListeners: addresses.https,
    grpcListeners: addresses.grpc,
    grpcTlsListeners: addresses.grpcTls,
    lan,
    wan,
    protocol: config.protocol,
    tls: {
      ...tls,
      serverName: config.server_name ?? '',
      enableAgentTlsForChecks: config.enable_agent_tls_for_checks,
    },
    autoEncrypt: buildAutoEncrypt(config, problems),
    ports: addresses.ports,
    http: buildHttp(config, addresses, problems),
    dns: buildDns(config, addresses, recursors, problems),
    limits: limits(config, problems),
    defaultQueryTimeMs: problems.milliseconds('default_query_time', config.default_query_time),
    maxQueryTimeMs: problems.milliseconds('max_query_time', config.max_query_time),
    rpcHoldTimeoutMs: problems.milliseconds('performance.rpc_hold_timeout', config.performance.rpc_hold_timeout),
    readerWorkers: config.performance.reader_workers ?? null,
    discoveryMaxStaleMs: problems.milliseconds('discovery_max_stale', config.discovery_max_stale),
    sessionTtlMinMs: problems.milliseconds('session_ttl_min', config.session_ttl_min) || 10_000,
    checkUpdateIntervalMs: problems.milliseconds('check_update_interval', config.check_update_interval),
    checkOutputMaxSize: config.check_output_max_size,
    discardCheckOutput: config.discard_check_output,
    enableScriptChecks: config.enable_script_checks,
    enableLocalScriptChecks: config.enable_local_script_checks ?? config.enable_script_checks,
    enableDebug: config.enable_debug,
    leaveOnTerminate: config.leave_on_terminate ?? !config.server,
    skipLeaveOnInterrupt: config.skip_leave_on_interrupt ?? config.server,
    leaveDrainTimeMs: problems.milliseconds('performance.leave_drain_time', config.performance.leave_drain_time),
    translateWanAddresses: config.translate_wan_addrs,
    centralServiceConfig: config.enable_central_service_config,
    sidecarPorts: { first: config.ports.sidecar_min_port, last: config.ports.sidecar_max_port },
    aclDefaultPolicy: config.acl.default_policy === 'allow' ? 'allow' : 'deny',
    defaultIntentionPolicy: intentionPolicy(config),
    acl: aclSettings(config, problems),
    aclEnabled: config.acl.enabled,
    tokens: {
      default: config.acl.tokens.default ?? '',
      agent: config.acl.tokens.agent ?? '',
      dns: config.acl.tokens.dns ?? '',
      configFileRegistration: config.acl.tokens.config_file_service_registration ?? '',
    },
    autopilot: {
      cleanupDeadServers: config.autopilot.cleanup_dead_servers,
      lastContactThresholdMs: problems.milliseconds(
        'autopilot.last_contact_threshold',
        config.autopilot.last_contact_threshold,
      ),
      maxTrailingLogs: config.autopilot.max_trailing_logs,
      minQuorum: config.autopilot.min_quorum,
      serverStabilizationTimeMs: problems.milliseconds(
        'autopilot.server_stabilization_time',
        config.autopilot.server_stabilization_time,
      ),
    },
    connect: buildConnect(config, problems),
    raft,
    telemetry: buildTelemetry(config, problems),
    ui: { enabled: config.ui_config.enabled, contentPath: contentPath(config.ui_config.content_path) },
    log: logSettings(config, problems),
    pidFile: config.pid_file ?? '',
    encryptKey: config.encrypt ?? '',
    encryptVerifyIncoming: config.encrypt_verify_incoming,
    encryptVerifyOutgoing: config.encrypt_verify_outgoing,
    disableKeyringFile: config.disable_keyring_file,
    disableHostNodeId: config.disable_host_node_id,
    disableCoordinates: config.disable_coordinates,
    validatesKvKeys: !(config.disable_kv_key_validation ?? !config.acl.enabled),
    disableRemoteExec: config.disable_remote_exec,
    serverRejoinAgeMaxMs: problems.milliseconds('server_rejoin_age_max', config.server_rejoin_age_max, 6 * HOUR),
    autoReloadConfig: config.auto_reload_config,
    watches: config.watches,
    retryJoin: lan.retryJoin,
    retryIntervalMs: lan.retryIntervalMs,
    retryMax: lan.retryMax,
    rejoinAfterLeave: config.rejoin_after_leave,
    configEntries: buildConfigEntries(config, problems),
    definitions,
    advertiseReconnectTimeoutMs: problems.milliseconds(
      'advertise_reconnect_timeout',
      config.advertise_reconnect_timeout,
    ),
  };
  for (const key of ['ae_interval', 'primary_gateways_interval'] as const) {
    problems.duration(key, config[key]);
  }
  if (problems.collected.length > 0) return { ...runtime, debugConfig: '' };
  validate(
    {
      config,
      dev,
      datacenter,
      primaryDatacenter,
      nodeName,
      dataDir,
      bootstrap,
      bootstrapExpect,
      recursors,
      addresses,
      definitions,
    },
    problems,
  );
  problems.finish();
  return { ...runtime, debugConfig: renderDebugConfig(config, runtime, addresses, recursors) };
}

function checkPortRanges({ ports }: AgentConfig, problems: Problems): void {
  for (const kind of ['sidecar', 'expose'] as const) {
    const [min, max] = [ports[`${kind}_min_port`], ports[`${kind}_max_port`]];
    if (max < min) {
      problems.refuse(`${kind}_min_port must be less than ${kind}_max_port. To disable, set both to zero.`);
    }
  }
}

function checkEncryptKey(key: string, problems: Problems): void {
  const at = base64Error(key);
  if (at !== null) problems.refuse(`encrypt has invalid key: illegal base64 data at input byte ${at}`);
}

/** Index of the byte at which standard base64 goes wrong; null when it doesn't. */
function base64Error(text: string): number | null {
  const bad = text.search(/[^A-Za-z0-9+/]/);
  const body = bad < 0 ? text.length : bad;
  const padding = text.slice(body);
  if (body % 4 === 0) return padding === '' ? null : body;
  const wanted = body % 4 === 1 ? null : '='.repeat(4 - (body % 4));
  if (padding === wanted) return null;
  if (wanted !== null && padding.startsWith(wanted)) return body + wanted.length;
  return /^=*$/.test(padding) ? text.length : body + (/[^=]/.exec(padding)?.index ?? 0);
}

function contentPath(text: string): string {
  return `/${text.replace(/^\/+|\/+$/g, '')}/`.replace('//', '/');
}

/** A negative rate is none. */
function rate(value: number): number {
  return value < 0 ? Number.POSITIVE_INFINITY : value;
}

function limits(config: AgentConfig, problems: Problems): RuntimeConfig['limits'] {
  const { limits: given } = config;
  const { mode } = given.request_limits;
  if (mode !== 'disabled' && mode !== 'permissive' && mode !== 'enforcing') {
    problems.add(`limits.request_limits.mode: invalid mode: ${quote(mode)}`);
  }
  return {
    httpMaxConnsPerClient: given.http_max_conns_per_client,
    httpMaxRequestBodySize: given.http_max_request_body_size,
    rpcRate: rate(given.rpc_rate),
    rpcMaxBurst: given.rpc_max_burst,
    rpcMaxConnsPerClient: given.rpc_max_conns_per_client,
    rpcClientTimeoutMs: problems.milliseconds('limits.rpc_client_timeout', given.rpc_client_timeout),
    rpcHandshakeTimeoutMs: problems.milliseconds('limits.rpc_handshake_timeout', given.rpc_handshake_timeout),
    httpsHandshakeTimeoutMs: problems.milliseconds('limits.https_handshake_timeout', given.https_handshake_timeout),
    requestLimits: {
      mode: mode === 'permissive' || mode === 'enforcing' ? mode : 'disabled',
      readRate: rate(given.request_limits.read_rate),
      writeRate: rate(given.request_limits.write_rate),
    },
    kvMaxValueSize: given.kv_max_value_size,
    txnMaxReqLen: given.txn_max_req_len,
  };
}

/** Timeouts of Raft: one second, one second and half a second, times the multiplier; -dev elects at once. */
function raftSettings(config: AgentConfig, dev: boolean, problems: Problems): RuntimeConfig['raft'] {
  const multiplier = config.performance.raft_multiplier;
  if (multiplier < 1 || multiplier > 10) {
    problems.refuse(`performance.raft_multiplier cannot be ${multiplier}. Must be between 1 and 10`);
  }
  return {
    snapshotThreshold: config.raft_snapshot_threshold,
    snapshotIntervalMs: problems.milliseconds('raft_snapshot_interval', config.raft_snapshot_interval),
    trailingLogs: config.raft_trailing_logs,
    heartbeatTimeoutMs: dev ? 35 : 1000 * multiplier,
    electionTimeoutMs: dev ? 52 : 1000 * multiplier,
    leaderLeaseMs: dev ? 20 : 500 * multiplier,
  };
}

/** As ACLs judge what no rule names, unless it is said; without ACLs everything may be done. */
function intentionPolicy({ acl, default_intention_policy: given }: AgentConfig): 'allow' | 'deny' {
  const policy = given || (acl.enabled ? acl.default_policy : 'allow');
  return policy === 'allow' ? 'allow' : 'deny';
}

function aclSettings(config: AgentConfig, problems: Problems): RuntimeConfig['acl'] {
  const { acl } = config;
  return {
    defaultPolicy: acl.default_policy,
    downPolicy: acl.down_policy,
    tokenTtlMs: problems.milliseconds('acl.token_ttl', acl.token_ttl),
    policyTtlMs: problems.milliseconds('acl.policy_ttl', acl.policy_ttl),
    roleTtlMs: problems.milliseconds('acl.role_ttl', acl.role_ttl),
    enableTokenPersistence: acl.enable_token_persistence,
    enableTokenReplication: acl.enable_token_replication,
    enableKeyListPolicy: acl.enable_key_list_policy,
    initialManagementToken: acl.tokens.initial_management ?? '',
    agentRecoveryToken: acl.tokens.agent_recovery ?? '',
    replicationToken: acl.tokens.replication ?? '',
  };
}

const LEVELS: { readonly [text: string]: LogLevel } = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  err: 'error',
  error: 'error',
};

/** A level by its name in any case; null if it is none. */
export function logLevel(text: string): LogLevel | null {
  const key = text.toLowerCase();
  return Object.hasOwn(LEVELS, key) ? (LEVELS[key] ?? null) : null;
}

function logSettings(config: AgentConfig, problems: Problems): RuntimeConfig['log'] {
  return {
    level: logLevel(config.log_level) ?? 'info',
    levelText: config.log_level,
    json: config.log_json,
    file: config.log_file ?? '',
    rotateBytes: config.log_rotate_bytes,
    rotateDurationMs: problems.milliseconds('log_rotate_duration', config.log_rotate_duration) || DAY_MS,
    rotateMaxFiles: config.log_rotate_max_files,
    syslog: config.enable_syslog,
    syslogFacility: config.syslog_facility,
  };
}
