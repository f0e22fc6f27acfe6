// Bodies of agent/service/register and agent/check/register: the fields, their tutorial-day aliases, and what they become
// (spec/http.md section 4).

import { aliased, type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { bool, duration, int, list, map, pointer, string } from '../../../../gotext/json-kinds.js';
import type { CheckRegistration, CheckType } from '../../../../wire/definitions.js';
import type { ServiceRecord } from '../../../../wire/records.js';
import type { ServiceRegistration } from '../../local/registration/service-registration.js';
import type { SidecarRequest } from '../../local/registration/sidecar.js';
import { localityBody, proxyBody, serviceAddressesBody, servicePortsBody, weightsBody } from '../../records/bodies.js';
import { NO_CHECK_TYPE, NO_CONNECT, NO_PROXY } from '../../records/zero-values.js';

/** Unlike the catalog's they have no text of their own for namespaces. */
export const STRICT = { unknownFields: 'error' } as const;

/** What says how a check is run; the same in both bodies. */
const RUN_FIELDS = {
  Name: string,
  Status: string,
  Notes: string,
  ScriptArgs: aliased(list(string), 'Args', 'script_args'),
  HTTP: string,
  H2PING: string,
  /** Unlike the others it is on unless turned off. */
  H2PingUseTLS: aliased(pointer(bool), 'h2ping_use_tls'),
  Header: map(list(string)),
  Method: string,
  Body: string,
  DisableRedirects: aliased(bool, 'disable_redirects'),
  TCP: string,
  TCPUseTLS: aliased(bool, 'tcp_use_tls'),
  UDP: string,
  Interval: duration,
  AliasNode: string,
  AliasService: string,
  DockerContainerID: aliased(string, 'docker_container_id'),
  Shell: string,
  GRPC: string,
  GRPCUseTLS: aliased(bool, 'grpc_use_tls'),
  OSService: string,
  TLSServerName: aliased(string, 'tls_server_name'),
  TLSSkipVerify: aliased(bool, 'tls_skip_verify'),
  Timeout: duration,
  TTL: duration,
  SuccessBeforePassing: int,
  FailuresBeforeWarning: int,
  FailuresBeforeCritical: int,
  DeregisterCriticalServiceAfter: aliased(duration, 'deregister_critical_service_after'),
  OutputMaxSize: int,
} as const;

const checkTypeBody = struct('CheckType', {
  CheckID: aliased(string, 'ID'),
  ...RUN_FIELDS,
  ProxyHTTP: string,
  ProxyGRPC: string,
});

export const checkBody = struct('CheckDefinition', {
  ID: aliased(string, 'CheckID'),
  ServiceID: aliased(string, 'service_id'),
  Token: string,
  ...RUN_FIELDS,
});

const SERVICE_FIELDS = {
  Kind: string,
  ID: string,
  Name: string,
  Tags: list(string),
  Address: string,
  TaggedAddresses: aliased(serviceAddressesBody, 'tagged_addresses'),
  Meta: map(string),
  Port: int,
  Ports: servicePortsBody,
  SocketPath: string,
  Check: pointer(checkTypeBody),
  Checks: list(pointer(checkTypeBody)),
  Weights: pointer(weightsBody),
  Token: string,
  EnableTagOverride: aliased(bool, 'enable_tag_override'),
  Proxy: pointer(proxyBody),
  Locality: pointer(localityBody),
} as const;

const sidecarBody = struct('ServiceDefinition', {
  ...SERVICE_FIELDS,
  Connect: pointer(struct('ServiceConnect', { Native: bool })),
});

export const serviceBody = struct('ServiceDefinition', {
  ...SERVICE_FIELDS,
  Connect: pointer(
    struct('ServiceConnect', { Native: bool, SidecarService: aliased(pointer(sidecarBody), 'sidecar_service') }),
  ),
});

type CheckTypeBody = DecodedBy<typeof checkTypeBody>;
type SidecarBody = DecodedBy<typeof sidecarBody>;

function checkType(body: CheckTypeBody): CheckType {
  const { H2PingUseTLS } = body;
  return { ...body, H2PingUseTLS: H2PingUseTLS ?? body.H2PING !== '' };
}

function isEmpty(check: CheckType): boolean {
  for (const name in NO_CHECK_TYPE) {
    const value: unknown = Reflect.get(check, name);
    if (value !== Reflect.get(NO_CHECK_TYPE, name) && !(Array.isArray(value) && value.length === 0)) return false;
  }
  return true;
}

/** `Check` unless it says nothing, then `Checks`. */
function checksOf(body: SidecarBody): readonly CheckType[] {
  const checks =
    body.Checks === null ? [] : body.Checks.map((check) => (check === null ? NO_CHECK_TYPE : checkType(check)));
  if (body.Check === null) return checks;
  const single = checkType(body.Check);
  return isEmpty(single) ? checks : [single, ...checks];
}

function serviceOf(body: SidecarBody): ServiceRecord {
  return {
    Kind: body.Kind,
    ID: body.ID,
    Service: body.Name,
    Tags: body.Tags,
    Address: body.Address,
    TaggedAddresses: body.TaggedAddresses,
    Meta: body.Meta,
    Port: body.Port,
    SocketPath: body.SocketPath,
    Weights: body.Weights,
    EnableTagOverride: body.EnableTagOverride,
    Proxy: body.Proxy ?? NO_PROXY,
    Connect: body.Connect?.Native ? { ...NO_CONNECT, Native: true } : NO_CONNECT,
    LocallyRegisteredAsSidecar: false,
    PeerName: '',
    Locality: body.Locality,
    CreateIndex: 0,
    ModifyIndex: 0,
    Ports: body.Ports,
  };
}

function sidecarOf(body: SidecarBody | null): SidecarRequest | null {
  return body === null ? null : { service: serviceOf(body), checks: checksOf(body) };
}

/** The token is the request's: one in the body is not looked at, as in Consul. */
export function serviceRegistration(
  body: DecodedBy<typeof serviceBody>,
  token: string,
  replaceExistingChecks: boolean,
): ServiceRegistration {
  return {
    service: serviceOf(body),
    checks: checksOf(body),
    sidecar: sidecarOf(body.Connect?.SidecarService ?? null),
    token,
    replaceExistingChecks,
  };
}

export function checkRegistration(body: DecodedBy<typeof checkBody>, token: string): CheckRegistration {
  const { ID, ServiceID, Token: _ignored, ...run } = body;
  const check: CheckType = {
    CheckID: ID,
    ProxyHTTP: '',
    ProxyGRPC: '',
    ...run,
    H2PingUseTLS: run.H2PingUseTLS ?? run.H2PING !== '',
  };
  return { check, serviceId: ServiceID, token };
}
