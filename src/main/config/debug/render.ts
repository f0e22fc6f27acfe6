// The configuration as `/v1/agent/self` shows it: every value under the name Go programs know, keys sorted, durations as
// texts, secrets hidden (spec/agent.md section 4, "DebugConfig").

import { BUILD_DATE } from '../../../wire/version.js';
import type { Addresses } from '../schema/addresses.js';
import type { AgentConfig } from '../schema/agent.js';
import { acl, gossip, limits, raft } from './cluster.js';
import { debugChecks, debugServices } from './definitions.js';
import { hideSecrets } from './hide.js';
import { interfaces, mesh } from './mesh-and-telemetry.js';
import { dns, listeners } from './network.js';
import type { Facts, Runtime, Section } from './values.js';
import { span } from './values.js';

/** Compact JSON. The node ID isn't known yet when the configuration is read: see {@link withNodeId}. */
export function renderDebugConfig(
  config: AgentConfig,
  runtime: Runtime,
  addresses: Addresses,
  recursors: readonly string[],
): string {
  const facts: Facts = { config, runtime, addresses };
  return JSON.stringify(
    hideSecrets({
      ...identity(facts),
      ...acl(facts),
      ...listeners(facts),
      ...dns(facts, recursors),
      ...gossip(facts),
      ...raft(facts),
      ...limits(facts),
      ...behaviour(facts),
      ...mesh(facts),
      ...interfaces(facts),
      ...fixed(),
      Checks: debugChecks(config),
      Services: debugServices(config),
    }),
  );
}

/** The same text with the node's ID in it. */
export function withNodeId(debugConfig: string, nodeId: string): string {
  return JSON.stringify({ ...(JSON.parse(debugConfig) as Section), NodeID: nodeId });
}

function identity({ config, runtime }: Facts): Section {
  return {
    Bootstrap: runtime.bootstrap,
    BootstrapExpect: runtime.bootstrapExpect,
    DataDir: runtime.dataDir ?? '',
    Datacenter: runtime.datacenter,
    DevMode: runtime.devMode,
    DisableHostNodeID: config.disable_host_node_id,
    Locality:
      config.locality.region === undefined && config.locality.zone === undefined
        ? null
        : { Region: config.locality.region ?? '', Zone: config.locality.zone ?? '' },
    NodeID: runtime.nodeId,
    NodeMeta: runtime.nodeMeta,
    NodeName: runtime.nodeName,
    PidFile: runtime.pidFile,
    PrimaryDatacenter: runtime.primaryDatacenter,
    ReadReplica: false,
    Revision: '',
    ServerMode: runtime.server,
    ServerName: runtime.tls.serverName,
    TaggedAddresses: runtime.taggedAddresses,
    Version: runtime.version,
    VersionMetadata: '',
    VersionPrerelease: '',
  };
}

function behaviour({ config, runtime }: Facts): Section {
  return {
    AutoReloadConfig: config.auto_reload_config,
    CheckOutputMaxSize: config.check_output_max_size,
    CheckUpdateInterval: span(config.check_update_interval),
    ConfigEntryBootstrap: config.config_entries.bootstrap.map(() => ({})),
    DefaultIntentionPolicy: config.default_intention_policy ?? '',
    DisableAnonymousSignature: config.disable_anonymous_signature,
    DisableCoordinates: config.disable_coordinates,
    DisableHTTPUnprintableCharFilter: config.disable_http_unprintable_char_filter,
    DisableRemoteExec: config.disable_remote_exec,
    DiscardCheckOutput: config.discard_check_output,
    DiscoveryMaxStale: span(config.discovery_max_stale),
    EnableAgentTLSForChecks: config.enable_agent_tls_for_checks,
    EnableCentralServiceConfig: config.enable_central_service_config,
    EnableDebug: config.enable_debug,
    EnableLocalScriptChecks: runtime.enableLocalScriptChecks,
    EnableRemoteScriptChecks: config.enable_script_checks,
    LeaveOnTerm: runtime.leaveOnTerminate,
    Logging: {
      EnableSyslog: config.enable_syslog,
      LogFilePath: config.log_file ?? '',
      LogJSON: config.log_json,
      LogLevel: config.log_level,
      LogRotateBytes: config.log_rotate_bytes,
      LogRotateDuration: span(config.log_rotate_duration),
      LogRotateMaxFiles: config.log_rotate_max_files,
      Name: '',
      SyslogFacility: config.syslog_facility,
    },
    SessionTTLMin: span(config.session_ttl_min),
    SkipLeaveOnInt: runtime.skipLeaveOnInterrupt,
    TranslateWANAddrs: config.translate_wan_addrs,
    UseStreamingBackend: config.use_streaming_backend,
    Watches: config.watches.map(() => ({})),
  };
}

/** Values that no setting changes, shown because tools of the stock agent's users print them. */
function fixed(): Section {
  return {
    AEInterval: '1m0s',
    AutoReloadConfigCoalesceInterval: '1s',
    BuildDate: BUILD_DATE,
    CheckDeregisterIntervalMin: '1m0s',
    CheckReapInterval: '30s',
    ConsulCoordinateUpdateBatchSize: 128,
    ConsulCoordinateUpdateMaxBatches: 5,
    DisableUpdateCheck: true,
    EnterpriseRuntimeConfig: {},
    LocalProxyConfigResyncInterval: '30s',
    Reporting: { License: { Enabled: false } },
    SegmentLimit: 64,
    SegmentName: '',
    SegmentNameLimit: 64,
    Segments: [],
    SyncCoordinateIntervalMin: '15s',
    SyncCoordinateRateTarget: 64,
  };
}
