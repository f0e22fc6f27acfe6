// The sections of DebugConfig about TLS, the mesh, telemetry and the web UI.

import type { TlsStanza } from '../../../wire/config.js';
import { autoConfig } from './auto-config.js';
import type { Facts, Section } from './values.js';
import { span } from './values.js';

export function mesh({ config, runtime }: Facts): Section {
  const { auto_encrypt: autoEncrypt, connect, ports } = config;
  return {
    AutoConfig: autoConfig(),
    AutoEncryptAllowTLS: autoEncrypt.allow_tls,
    AutoEncryptDNSSAN: autoEncrypt.dns_san,
    AutoEncryptIPSAN: autoEncrypt.ip_san,
    AutoEncryptTLS: autoEncrypt.tls,
    Cloud: {
      AuthURL: config.cloud.auth_url ?? '',
      ClientID: config.cloud.client_id ?? '',
      ClientSecret: '',
      Hostname: config.cloud.hostname ?? '',
      ManagementToken: '',
      NodeID: '',
      NodeName: runtime.nodeName,
      ResourceID: config.cloud.resource_id ?? '',
      ScadaAddress: config.cloud.scada_address ?? '',
      TLSConfig: null,
    },
    ConnectCAConfig: runtime.connect.caConfig as Section,
    ConnectCAProvider: connect.ca_provider ?? '',
    ConnectEnabled: connect.enabled,
    ConnectMeshGatewayWANFederationEnabled: connect.enable_mesh_gateway_wan_federation,
    ConnectSidecarMaxPort: ports.sidecar_max_port,
    ConnectSidecarMinPort: ports.sidecar_min_port,
    ConnectTestCALeafRootChangeSpread: span(connect.test_ca_leaf_root_change_spread),
    EnableXDSLoadBalancing: true,
    Experiments: config.experiments,
    ExposeMaxPort: ports.expose_max_port,
    ExposeMinPort: ports.expose_min_port,
    PeeringEnabled: config.peering.enabled,
    PeeringTestAllowPeerRegistrations: config.peering.test_allow_peer_registrations,
    PrimaryGateways: config.primary_gateways,
    PrimaryGatewaysInterval: span(config.primary_gateways_interval),
    RPCConfig: { EnableStreaming: config.rpc.enable_streaming ?? runtime.server },
    TLS: {
      AutoTLS: autoEncrypt.tls,
      Domain: config.domain,
      EnableAgentTLSForChecks: config.enable_agent_tls_for_checks,
      GRPC: tlsStanza(runtime.tls.grpc),
      HTTPS: tlsStanza(runtime.tls.https),
      InternalRPC: tlsStanza(runtime.tls.internalRpc),
      NodeName: runtime.nodeName,
      ServerMode: runtime.server,
      ServerName: runtime.tls.serverName,
    },
  };
}

function tlsStanza(stanza: TlsStanza): Section {
  return {
    CAFile: stanza.caFile,
    CAPath: stanza.caPath,
    CertFile: stanza.certFile,
    CipherSuites: stanza.cipherSuites,
    KeyFile: '',
    TLSMinVersion: stanza.minVersion,
    UseAutoCert: stanza.useAutoCert,
    VerifyIncoming: stanza.verifyIncoming,
    VerifyOutgoing: stanza.verifyOutgoing,
    VerifyServerHostname: stanza.verifyServerHostname,
  };
}

export function interfaces({ config, runtime }: Facts): Section {
  const { telemetry, ui_config: ui } = config;
  return {
    Telemetry: {
      AllowedPrefixes: runtime.telemetry.allowedPrefixes,
      BlockedPrefixes: runtime.telemetry.blockedPrefixes,
      CirconusAPIApp: telemetry.circonus_api_app ?? '',
      CirconusAPIToken: '',
      CirconusAPIURL: telemetry.circonus_api_url ?? '',
      CirconusBrokerID: telemetry.circonus_broker_id ?? '',
      CirconusBrokerSelectTag: telemetry.circonus_broker_select_tag ?? '',
      CirconusCheckDisplayName: telemetry.circonus_check_display_name ?? '',
      CirconusCheckForceMetricActivation: telemetry.circonus_check_force_metric_activation ?? '',
      CirconusCheckID: telemetry.circonus_check_id ?? '',
      CirconusCheckInstanceID: telemetry.circonus_check_instance_id ?? '',
      CirconusCheckSearchTag: telemetry.circonus_check_search_tag ?? '',
      CirconusCheckTags: telemetry.circonus_check_tags ?? '',
      CirconusSubmissionInterval: telemetry.circonus_submission_interval ?? '',
      CirconusSubmissionURL: telemetry.circonus_submission_url ?? '',
      Disable: false,
      DisableHostname: telemetry.disable_hostname,
      DisablePerTenancyUsageMetrics: telemetry.disable_per_tenancy_usage_metrics,
      DogstatsdAddr: telemetry.dogstatsd_addr ?? '',
      DogstatsdTags: telemetry.dogstatsd_tags,
      EnableHostMetrics: telemetry.enable_host_metrics,
      FilterDefault: telemetry.filter_default,
      MetricsPrefix: telemetry.metrics_prefix,
      PrometheusOpts: {
        CounterDefinitions: [],
        Expiration: span(telemetry.prometheus_retention_time),
        GaugeDefinitions: [],
        Name: telemetry.metrics_prefix,
        Registerer: null,
        SummaryDefinitions: [],
      },
      RetryFailedConfiguration: telemetry.retry_failed_connection,
      StatsdAddr: telemetry.statsd_address ?? '',
      StatsiteAddr: telemetry.statsite_address ?? '',
    },
    UIConfig: {
      ContentPath: runtime.ui.contentPath,
      DashboardURLTemplates: ui.dashboard_url_templates,
      Dir: ui.dir ?? '',
      Enabled: ui.enabled,
      HCPEnabled: false,
      MetricsProvider: ui.metrics_provider ?? '',
      MetricsProviderFiles: ui.metrics_provider_files,
      MetricsProviderOptionsJSON: ui.metrics_provider_options_json ?? '',
      MetricsProxy: {
        AddHeaders: (ui.metrics_proxy.add_headers ?? []).map(({ name, value }) => ({
          Name: name ?? '',
          Value: value ?? '',
        })),
        BaseURL: ui.metrics_proxy.base_url ?? '',
        PathAllowlist: ui.metrics_proxy.path_allowlist ?? [],
      },
    },
  };
}
