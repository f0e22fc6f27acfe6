// The zero values of the records an agent makes, shared by all of them: most services have no proxy and no check has a
// stored definition, so 50,000 of them keep one object, and an equality test is one pointer compare.

import { zeroStruct } from '../../../msgpack/zero.js';
import type { CheckType } from '../../../wire/definitions.js';
import type {
  CheckDefinition,
  CheckRecord,
  PreparedQueryRecord,
  ProxyConfig,
  ServiceConnect,
  ServiceRecord,
} from '../../../wire/records.js';
import { checkSchema, serviceSchema } from '../../../wire/schema/catalog.js';
import { preparedQuerySchema } from '../../../wire/schema/prepared-query.js';

/** The codec's own zero structs: it knows them by identity and copies their ready-made bytes. */
const { Proxy: proxy, Connect: connect } = zeroStruct(serviceSchema);
export const NO_PROXY: ProxyConfig = proxy;
export const NO_CONNECT: ServiceConnect = connect;
export const NO_CHECK_DEFINITION: CheckDefinition = zeroStruct(checkSchema).Definition;

/** Of a request that says no more of a query than its ID. */
export const NO_QUERY: PreparedQueryRecord = zeroStruct(preparedQuerySchema);

export const NO_SERVICE: ServiceRecord = Object.freeze({
  Kind: '',
  ID: '',
  Service: '',
  Tags: null,
  Address: '',
  TaggedAddresses: null,
  Meta: null,
  Port: 0,
  SocketPath: '',
  Weights: null,
  EnableTagOverride: false,
  Proxy: NO_PROXY,
  Connect: NO_CONNECT,
  LocallyRegisteredAsSidecar: false,
  PeerName: '',
  Locality: null,
  CreateIndex: 0,
  ModifyIndex: 0,
  Ports: null,
});

export const NO_CHECK: CheckRecord = Object.freeze({
  Node: '',
  CheckID: '',
  Name: '',
  Status: '',
  Notes: '',
  Output: '',
  ServiceID: '',
  ServiceName: '',
  ServiceTags: null,
  Type: '',
  Interval: '',
  Timeout: '',
  ExposedPort: 0,
  Definition: NO_CHECK_DEFINITION,
  PeerName: '',
  CreateIndex: 0,
  ModifyIndex: 0,
});

export const NO_CHECK_TYPE: CheckType = Object.freeze({
  CheckID: '',
  Name: '',
  Status: '',
  Notes: '',
  ScriptArgs: null,
  HTTP: '',
  H2PING: '',
  H2PingUseTLS: false,
  Header: null,
  Method: '',
  Body: '',
  DisableRedirects: false,
  TCP: '',
  TCPUseTLS: false,
  UDP: '',
  Interval: 0,
  AliasNode: '',
  AliasService: '',
  DockerContainerID: '',
  Shell: '',
  GRPC: '',
  GRPCUseTLS: false,
  OSService: '',
  TLSServerName: '',
  TLSSkipVerify: false,
  Timeout: 0,
  TTL: 0,
  SuccessBeforePassing: 0,
  FailuresBeforeWarning: 0,
  FailuresBeforeCritical: 0,
  ProxyHTTP: '',
  ProxyGRPC: '',
  DeregisterCriticalServiceAfter: 0,
  OutputMaxSize: 0,
});
