// Services and checks as they are registered on an agent, from files or through the API, after parsing and defaults: one
// form for both. Field names are Go's, as in the persisted files of a stock agent. Durations are nanoseconds.

import type { ServiceRecord, StringMap } from './records.js';

/** Everything that can be said about how a check is run (Consul's CheckType). Zero values mean "not given". */
export interface CheckType {
  readonly CheckID: string;
  readonly Name: string;
  /** Initial status; "" means critical. */
  readonly Status: string;
  readonly Notes: string;
  readonly ScriptArgs: readonly string[] | null;
  readonly HTTP: string;
  readonly H2PING: string;
  readonly H2PingUseTLS: boolean;
  readonly Header: { readonly [name: string]: readonly string[] | null } | null;
  readonly Method: string;
  readonly Body: string;
  readonly DisableRedirects: boolean;
  readonly TCP: string;
  readonly TCPUseTLS: boolean;
  readonly UDP: string;
  readonly Interval: number;
  readonly AliasNode: string;
  readonly AliasService: string;
  readonly DockerContainerID: string;
  readonly Shell: string;
  readonly GRPC: string;
  readonly GRPCUseTLS: boolean;
  readonly OSService: string;
  readonly TLSServerName: string;
  readonly TLSSkipVerify: boolean;
  readonly Timeout: number;
  readonly TTL: number;
  readonly SuccessBeforePassing: number;
  readonly FailuresBeforeWarning: number;
  readonly FailuresBeforeCritical: number;
  readonly ProxyHTTP: string;
  readonly ProxyGRPC: string;
  readonly DeregisterCriticalServiceAfter: number;
  readonly OutputMaxSize: number;
}

/** A proxy that a service brings along: what is said of it, the rest follows from the service. */
export interface SidecarDefinition {
  readonly service: ServiceRecord;
  readonly checks: readonly CheckType[];
}

/** A service with its checks. `service.CreateIndex` and `ModifyIndex` are 0 here. */
export interface ServiceDefinition {
  readonly service: ServiceRecord;
  readonly checks: readonly CheckType[];
  readonly sidecar: SidecarDefinition | null;
  /** From a file's `token`; the API's token comes with the request. */
  readonly token: string;
}

/** A check of the node, or of the service named by `serviceId`. */
export interface CheckRegistration {
  readonly check: CheckType;
  readonly serviceId: string;
  readonly token: string;
}

/** What the configuration files define. */
export interface LocalDefinitions {
  readonly services: readonly ServiceDefinition[];
  readonly checks: readonly CheckRegistration[];
  readonly nodeMeta: StringMap;
}
