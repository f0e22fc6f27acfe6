// Nodes, services and checks as catalog and health answers show them, in Consul's field order. The text of a record is
// made once and kept with it (records never change), so that listing 80 instances joins strings.

import { formatDuration } from '../../../gotext/duration.js';
import { listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import type {
  CheckDefinition,
  CheckRecord,
  NodeRecord,
  ServiceAddress,
  ServicePort,
  ServiceRecord,
  Weights,
} from '../../../wire/records.js';
import { objectOf, optionalFlag, optionalJson, optionalNumber, optionalText } from './object.js';
import { connectJson, proxyJson } from './proxy-json.js';

function keeping<T extends object>(render: (record: T) => string): (record: T) => string {
  const kept = new WeakMap<T, string>();
  return (record) => {
    let json = kept.get(record);
    if (json === undefined) {
      json = render(record);
      kept.set(record, json);
    }
    return json;
  };
}

/** Go's nil slice shows as `[]` in these answers. */
export function tagsJson(tags: readonly string[] | null): string {
  return tags === null || tags.length === 0 ? '[]' : listJson(tags, quoteJson);
}

export function serviceAddressJson(address: ServiceAddress): string {
  return `{"Address":${quoteJson(address.Address)},"Port":${address.Port}}`;
}

function servicePortJson({ Name, Port, Default }: ServicePort): string {
  return `{"Name":${quoteJson(Name)},"Port":${Port},"Default":${Default}}`;
}

/** With the member's name and a comma behind it; nothing at all where there are no named ports. */
export function portsMember(name: string, ports: ServiceRecord['Ports']): string {
  return ports === null ? '' : `"${name}":${listJson(ports, servicePortJson)},`;
}

export function weightsJson(weights: Weights | null): string {
  return weights === null ? 'null' : `{"Passing":${weights.Passing},"Warning":${weights.Warning}}`;
}

export function localityJson(locality: { readonly Region: string; readonly Zone: string } | null): string {
  if (locality === null) return 'null';
  return `{"Region":${quoteJson(locality.Region)},"Zone":${quoteJson(locality.Zone)}}`;
}

const text = (name: string, value: string): string => optionalText(name, value, quoteJson);

export const nodeJson = keeping<NodeRecord>(
  (node) =>
    `{"ID":${quoteJson(node.ID)},"Node":${quoteJson(node.Node)},"Address":${quoteJson(node.Address)},` +
    `"Datacenter":${quoteJson(node.Datacenter)},${text('PeerName', node.PeerName)}` +
    `"TaggedAddresses":${mapJson(node.TaggedAddresses, quoteJson)},"Meta":${mapJson(node.Meta, quoteJson)},` +
    `${optionalJson('Locality', localityJson(node.Locality))}` +
    `"CreateIndex":${node.CreateIndex},"ModifyIndex":${node.ModifyIndex}}`,
);

export const serviceJson = keeping<ServiceRecord>(
  (service) =>
    `{${text('Kind', service.Kind)}"ID":${quoteJson(service.ID)},"Service":${quoteJson(service.Service)},` +
    `"Tags":${tagsJson(service.Tags)},"Address":${quoteJson(service.Address)},` +
    `${optionalJson('TaggedAddresses', mapJson(service.TaggedAddresses, serviceAddressJson))}` +
    `"Meta":${mapJson(service.Meta, quoteJson)},${optionalNumber('Port', service.Port)}` +
    `${portsMember('Ports', service.Ports)}${text('SocketPath', service.SocketPath)}` +
    `"Weights":${weightsJson(service.Weights)},"EnableTagOverride":${service.EnableTagOverride},` +
    `"Proxy":${proxyJson(service.Proxy)},"Connect":${connectJson(service.Connect)},` +
    `"PeerName":${quoteJson(service.PeerName)},${optionalJson('Locality', localityJson(service.Locality))}` +
    `"CreateIndex":${service.CreateIndex},"ModifyIndex":${service.ModifyIndex}}`,
);

const duration = (name: string, ns: number): string => (ns === 0 ? '' : `"${name}":"${formatDuration(ns)}",`);

export const definitionJson = keeping<CheckDefinition>((definition) =>
  objectOf(
    duration('Interval', definition.Interval) +
      optionalNumber('OutputMaxSize', definition.OutputMaxSize) +
      duration('Timeout', definition.Timeout) +
      duration('DeregisterCriticalServiceAfter', definition.DeregisterCriticalServiceAfter) +
      duration('TTL', definition.TTL) +
      text('HTTP', definition.HTTP) +
      text('TLSServerName', definition.TLSServerName) +
      optionalFlag('TLSSkipVerify', definition.TLSSkipVerify) +
      optionalJson(
        'Header',
        mapJson(definition.Header, (values) => listJson(values, quoteJson)),
      ) +
      text('Method', definition.Method) +
      text('Body', definition.Body) +
      optionalFlag('DisableRedirects', definition.DisableRedirects) +
      text('TCP', definition.TCP) +
      optionalFlag('TCPUseTLS', definition.TCPUseTLS) +
      text('UDP', definition.UDP) +
      text('H2PING', definition.H2PING) +
      text('OSService', definition.OSService) +
      optionalFlag('H2PingUseTLS', definition.H2PingUseTLS) +
      text('AliasNode', definition.AliasNode) +
      text('AliasService', definition.AliasService) +
      text('GRPC', definition.GRPC) +
      optionalFlag('GRPCUseTLS', definition.GRPCUseTLS) +
      optionalJson('ScriptArgs', listJson(definition.ScriptArgs, quoteJson)) +
      text('DockerContainerID', definition.DockerContainerID) +
      text('Shell', definition.Shell) +
      text('SessionName', definition.SessionName),
  ),
);

function checkText(check: CheckRecord, tags: string): string {
  return (
    `{"Node":${quoteJson(check.Node)},"CheckID":${quoteJson(check.CheckID)},"Name":${quoteJson(check.Name)},` +
    `"Status":${quoteJson(check.Status)},"Notes":${quoteJson(check.Notes)},"Output":${quoteJson(check.Output)},` +
    `"ServiceID":${quoteJson(check.ServiceID)},"ServiceName":${quoteJson(check.ServiceName)},` +
    `"ServiceTags":${tags},"Type":${quoteJson(check.Type)},` +
    `"Interval":${quoteJson(check.Interval)},"Timeout":${quoteJson(check.Timeout)},` +
    `"ExposedPort":${check.ExposedPort},"Definition":${definitionJson(check.Definition)},` +
    `${text('PeerName', check.PeerName)}"CreateIndex":${check.CreateIndex},"ModifyIndex":${check.ModifyIndex}}`
  );
}

export const checkJson = keeping<CheckRecord>((check) => checkText(check, tagsJson(check.ServiceTags)));

/** As transactions show a check: without a service its tags are null. */
export const plainCheckJson = keeping<CheckRecord>((check) => checkText(check, listJson(check.ServiceTags, quoteJson)));

/** A row of /v1/catalog/service: the node's fields and the service's, flattened; the indexes are the service's. */
export function catalogServiceJson(node: NodeRecord, service: ServiceRecord): string {
  return (
    `{"ID":${quoteJson(node.ID)},"Node":${quoteJson(node.Node)},"Address":${quoteJson(node.Address)},` +
    `"Datacenter":${quoteJson(node.Datacenter)},"TaggedAddresses":${mapJson(node.TaggedAddresses, quoteJson)},` +
    `"NodeMeta":${mapJson(node.Meta, quoteJson)},"ServiceKind":${quoteJson(service.Kind)},` +
    `"ServiceID":${quoteJson(service.ID)},"ServiceName":${quoteJson(service.Service)},` +
    `"ServiceTags":${tagsJson(service.Tags)},"ServiceAddress":${quoteJson(service.Address)},` +
    `${optionalJson('ServiceTaggedAddresses', mapJson(service.TaggedAddresses, serviceAddressJson))}` +
    `"ServiceWeights":${weightsJson(service.Weights ?? { Passing: 1, Warning: 1 })},` +
    `"ServiceMeta":${mapJson(service.Meta ?? {}, quoteJson)},"ServicePort":${service.Port},` +
    `${portsMember('ServicePorts', service.Ports)}"ServiceSocketPath":${quoteJson(service.SocketPath)},` +
    `"ServiceEnableTagOverride":${service.EnableTagOverride},` +
    `"ServiceProxy":${proxyJson(service.Proxy)},"ServiceConnect":${connectJson(service.Connect)},` +
    `"ServiceLocality":${localityJson(service.Locality)},` +
    `"CreateIndex":${service.CreateIndex},"ModifyIndex":${service.ModifyIndex}}`
  );
}
