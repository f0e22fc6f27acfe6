// A service as /v1/agent/* shows it (Consul's api.AgentService): other fields and other emptiness than in the catalog.

import { mapJson, quoteJson } from '../../../../gotext/json-encode.js';
import type { ServiceRecord } from '../../../../wire/records.js';
import { optionalJson, optionalText } from '../../json/object.js';
import { agentProxyJson, connectJson } from '../../json/proxy-json.js';
import { localityJson, portsMember, serviceAddressJson, tagsJson, weightsJson } from '../../json/record-json.js';

const NO_META = {};

function proxyPart(service: ServiceRecord): string {
  if (service.Kind === '') return '';
  return `"Proxy":${agentProxyJson(service.Proxy)},`;
}

function render(service: ServiceRecord, datacenter: string, contentHash: string): string {
  return (
    `{${optionalText('Kind', service.Kind, quoteJson)}"ID":${quoteJson(service.ID)},` +
    `"Service":${quoteJson(service.Service)},"Tags":${tagsJson(service.Tags)},` +
    `"Meta":${mapJson(service.Meta ?? NO_META, quoteJson)},"Port":${service.Port},` +
    `${portsMember('Ports', service.Ports)}"Address":${quoteJson(service.Address)},` +
    `${optionalText('SocketPath', service.SocketPath, quoteJson)}` +
    `${optionalJson('TaggedAddresses', mapJson(service.TaggedAddresses, serviceAddressJson))}` +
    `"Weights":${weightsJson(service.Weights)},"EnableTagOverride":${service.EnableTagOverride},` +
    `${optionalText('ContentHash', contentHash, quoteJson)}${proxyPart(service)}` +
    `${optionalJson('Connect', connectJson(service.Connect))}"Datacenter":${quoteJson(datacenter)}` +
    `${service.Locality === null ? '' : `,"Locality":${localityJson(service.Locality)}`}}`
  );
}

export function agentServiceJson(service: ServiceRecord, datacenter: string): string {
  return render(service, datacenter, '');
}

export function hashedServiceJson(service: ServiceRecord, datacenter: string, hash: string): string {
  return render(service, datacenter, hash);
}
