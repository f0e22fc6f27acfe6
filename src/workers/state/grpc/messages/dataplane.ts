// hashicorp.consul.dataplane: what a proxy needs to begin.

import { bool, choice, type Enumeration, oneOf, struct, text, texts } from './kinds.js';
import { inners, type Method, message, type ProtoFile, type RowIn } from './message.js';
import { structFile } from './well-known.js';

const PACKAGE = 'hashicorp.consul.dataplane';
const SERVICE = `${PACKAGE}.DataplaneService`;

const features: Enumeration = {
  name: `${PACKAGE}.DataplaneFeatures`,
  values: [
    'DATAPLANE_FEATURES_UNSPECIFIED',
    'DATAPLANE_FEATURES_WATCH_SERVERS',
    'DATAPLANE_FEATURES_EDGE_CERTIFICATE_MANAGEMENT',
    'DATAPLANE_FEATURES_ENVOY_BOOTSTRAP_CONFIGURATION',
    'DATAPLANE_FEATURES_FIPS',
  ],
};
export const Feature = { watchServers: 1, edgeCertificateManagement: 2, envoyBootstrap: 3, fips: 4 } as const;

const serviceKind: Enumeration = {
  name: `${PACKAGE}.ServiceKind`,
  values: [
    'SERVICE_KIND_UNSPECIFIED',
    'SERVICE_KIND_TYPICAL',
    'SERVICE_KIND_CONNECT_PROXY',
    'SERVICE_KIND_MESH_GATEWAY',
    'SERVICE_KIND_TERMINATING_GATEWAY',
    'SERVICE_KIND_INGRESS_GATEWAY',
    'SERVICE_KIND_API_GATEWAY',
  ],
};
/** By the kind of a registered service. */
export const SERVICE_KINDS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['connect-proxy', 2],
  ['mesh-gateway', 3],
  ['terminating-gateway', 4],
  ['ingress-gateway', 5],
  ['api-gateway', 6],
]);

const featuresRequest = message(`${PACKAGE}.GetSupportedDataplaneFeaturesRequest`, {});
const featureSupport = message(`${PACKAGE}.DataplaneFeatureSupport`, {
  feature_name: [1, oneOf(features)],
  supported: [2, bool],
});
const featuresResponse = message(`${PACKAGE}.GetSupportedDataplaneFeaturesResponse`, {
  supported_dataplane_features: [1, inners(featureSupport)],
});

const paramsRequest = message(`${PACKAGE}.GetEnvoyBootstrapParamsRequest`, {
  node_id: [1, choice('node_spec', text)],
  node_name: [2, choice('node_spec', text)],
  service_id: [3, text],
  partition: [4, text],
  namespace: [5, text],
  /** In place of `service_id`, which is for older clients. */
  proxy_id: [6, text],
});
/** `service_kind` is there for clients that are older than `identity`. */
const paramsResponse = message(`${PACKAGE}.GetEnvoyBootstrapParamsResponse`, {
  service_kind: [1, oneOf(serviceKind)],
  service: [2, text],
  namespace: [3, text],
  partition: [4, text],
  datacenter: [5, text],
  config: [6, struct],
  node_name: [8, text],
  access_logs: [9, texts],
  identity: [10, text],
});

export const supportedFeatures: Method<RowIn<typeof featuresRequest>, RowIn<typeof featuresResponse>> = {
  service: SERVICE,
  name: 'GetSupportedDataplaneFeatures',
  input: featuresRequest,
  output: featuresResponse,
};

export const bootstrapParams: Method<RowIn<typeof paramsRequest>, RowIn<typeof paramsResponse>> = {
  service: SERVICE,
  name: 'GetEnvoyBootstrapParams',
  input: paramsRequest,
  output: paramsResponse,
};

export const dataplaneFile: ProtoFile = {
  path: 'proto-public/pbdataplane/dataplane.proto',
  package: PACKAGE,
  imports: [structFile],
  messages: [featuresRequest, featureSupport, featuresResponse, paramsRequest, paramsResponse],
  enums: [features, serviceKind],
  methods: [supportedFeatures, bootstrapParams],
};
