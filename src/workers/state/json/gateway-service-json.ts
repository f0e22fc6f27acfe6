// Services that gateways lead to, as JSON.

import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { listOf, optional, record } from '../../../gotext/json-shape.js';
import type { GatewayServiceRecord } from '../../../wire/mesh/gateway-service.js';
import { objectOf, optionalFlag, optionalJson, optionalNumber, optionalText } from './object.js';

const named = record('GatewayServiceName', { Name: 'string' });

export const gatewayServiceShape = record('GatewayService', {
  Gateway: named,
  Service: named,
  GatewayKind: 'string',
  Port: optional('integer'),
  Protocol: optional('string'),
  Hosts: optional(listOf('string')),
  CAFile: optional('string'),
  CertFile: optional('string'),
  KeyFile: optional('string'),
  SNI: optional('string'),
  FromWildcard: optional('boolean'),
  ServiceKind: optional('string'),
  AutoHostRewrite: optional('boolean'),
  CreateIndex: 'integer',
  ModifyIndex: 'integer',
});

export function gatewayServiceJson(mapping: GatewayServiceRecord): string {
  const { Gateway, Service, GatewayKind, Port, Protocol, Hosts, CAFile, CertFile, KeyFile, SNI } = mapping;
  return objectOf(
    `"Gateway":{"Name":${quoteJson(Gateway.Name)}},"Service":{"Name":${quoteJson(Service.Name)}},` +
      `"GatewayKind":${quoteJson(GatewayKind)},${optionalNumber('Port', Port)}` +
      optionalText('Protocol', Protocol, quoteJson) +
      optionalJson('Hosts', listJson(Hosts, quoteJson)) +
      optionalText('CAFile', CAFile, quoteJson) +
      optionalText('CertFile', CertFile, quoteJson) +
      optionalText('KeyFile', KeyFile, quoteJson) +
      optionalText('SNI', SNI, quoteJson) +
      optionalFlag('FromWildcard', mapping.FromWildcard) +
      optionalText('ServiceKind', mapping.ServiceKind, quoteJson) +
      optionalFlag('AutoHostRewrite', mapping.AutoHostRewrite) +
      `"CreateIndex":${mapping.CreateIndex},"ModifyIndex":${mapping.ModifyIndex}`,
  );
}
