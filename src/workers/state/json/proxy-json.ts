// A proxy's configuration as catalog and health answers show it: zero fields left out, but for Mode, MeshGateway, Expose.

import { dynamicJson, listJson, quoteJson } from '../../../gotext/json-encode.js';
import type { EnvoyExtension, ExposePath, ProxyConfig, ServiceConnect, Upstream } from '../../../wire/records.js';
import { objectOf, optionalFlag, optionalJson, optionalNumber, optionalText } from './object.js';

const text = (name: string, value: string): string => optionalText(name, value, quoteJson);

function meshGatewayJson(gateway: { readonly Mode: string }): string {
  return objectOf(text('Mode', gateway.Mode));
}

function exposePathJson(path: ExposePath): string {
  return objectOf(
    optionalNumber('ListenerPort', path.ListenerPort) +
      text('Path', path.Path) +
      optionalNumber('LocalPathPort', path.LocalPathPort) +
      text('Protocol', path.Protocol) +
      optionalFlag('ParsedFromCheck', path.ParsedFromCheck),
  );
}

export function exposeJson(expose: ProxyConfig['Expose']): string {
  return objectOf(
    optionalFlag('Checks', expose.Checks) + optionalJson('Paths', listJson(expose.Paths, exposePathJson)),
  );
}

function extensionJson(extension: EnvoyExtension): string {
  return (
    `{"Name":${quoteJson(extension.Name)},"Required":${extension.Required},` +
    `"Arguments":${dynamicJson(extension.Arguments)},"ConsulVersion":${quoteJson(extension.ConsulVersion)},` +
    `"EnvoyVersion":${quoteJson(extension.EnvoyVersion)}}`
  );
}

export function upstreamJson(upstream: Upstream): string {
  return objectOf(
    `"DestinationType":${quoteJson(upstream.DestinationType)},` +
      text('DestinationNamespace', upstream.DestinationNamespace) +
      text('DestinationPartition', upstream.DestinationPartition) +
      text('DestinationPeer', upstream.DestinationPeer) +
      `"DestinationName":${quoteJson(upstream.DestinationName)},"Datacenter":${quoteJson(upstream.Datacenter)},` +
      upstreamRest(upstream),
  );
}

function upstreamRest(upstream: Upstream): string {
  return (
    text('LocalBindAddress', upstream.LocalBindAddress) +
    optionalNumber('LocalBindPort', upstream.LocalBindPort) +
    text('LocalBindSocketPath', upstream.LocalBindSocketPath) +
    text('LocalBindSocketMode', upstream.LocalBindSocketMode) +
    optionalJson('Config', dynamicJson(upstream.Config)) +
    `"MeshGateway":${meshGatewayJson(upstream.MeshGateway)},` +
    optionalJson('IngressHosts', listJson(upstream.IngressHosts, quoteJson)) +
    optionalFlag('CentrallyConfigured', upstream.CentrallyConfigured)
  );
}

function accessLogsJson(logs: ProxyConfig['AccessLogs']): string {
  return objectOf(
    optionalFlag('Enabled', logs.Enabled) +
      optionalFlag('DisableListenerLogs', logs.DisableListenerLogs) +
      text('Type', logs.Type) +
      text('Path', logs.Path) +
      text('JSONFormat', logs.JSONFormat) +
      text('TextFormat', logs.TextFormat),
  );
}

function transparentProxyJson(proxy: ProxyConfig['TransparentProxy']): string {
  return objectOf(
    optionalNumber('OutboundListenerPort', proxy.OutboundListenerPort) +
      optionalFlag('DialedDirectly', proxy.DialedDirectly),
  );
}

const kept = new WeakMap<ProxyConfig, string>();

/** How an agent shows an upstream: what is empty isn't there, but for the name and the gateway. */
function agentUpstreamJson(upstream: Upstream): string {
  return objectOf(
    text('DestinationType', upstream.DestinationType) +
      text('DestinationNamespace', upstream.DestinationNamespace) +
      text('DestinationPartition', upstream.DestinationPartition) +
      text('DestinationPeer', upstream.DestinationPeer) +
      `"DestinationName":${quoteJson(upstream.DestinationName)},` +
      text('Datacenter', upstream.Datacenter) +
      upstreamRest(upstream),
  );
}

/** What differs between the catalog's form and the agent's. */
interface Shape {
  mode(mode: string): string;
  upstream(upstream: Upstream): string;
}

const CATALOG: Shape = { mode: (mode) => `"Mode":${quoteJson(mode)},`, upstream: upstreamJson };
const AGENT: Shape = { mode: (mode) => text('Mode', mode), upstream: agentUpstreamJson };

function render(proxy: ProxyConfig, shape: Shape): string {
  return objectOf(
    optionalJson('EnvoyExtensions', listJson(proxy.EnvoyExtensions, extensionJson)) +
      text('DestinationServiceName', proxy.DestinationServiceName) +
      text('DestinationServiceID', proxy.DestinationServiceID) +
      text('LocalServiceAddress', proxy.LocalServiceAddress) +
      optionalNumber('LocalServicePort', proxy.LocalServicePort) +
      text('LocalServiceSocketPath', proxy.LocalServiceSocketPath) +
      shape.mode(proxy.Mode) +
      optionalJson('Config', dynamicJson(proxy.Config)) +
      optionalJson('Upstreams', listJson(proxy.Upstreams, shape.upstream)) +
      `"MeshGateway":${meshGatewayJson(proxy.MeshGateway)},"Expose":${exposeJson(proxy.Expose)},` +
      optionalJson('TransparentProxy', transparentProxyJson(proxy.TransparentProxy)) +
      text('MutualTLSMode', proxy.MutualTLSMode) +
      optionalJson('AccessLogs', accessLogsJson(proxy.AccessLogs)),
  );
}

/** As an agent shows its own: an empty mode is left out too. */
export function agentProxyJson(proxy: ProxyConfig): string {
  return render(proxy, AGENT);
}

/** Most services share one empty proxy, so its text is made once. */
export function proxyJson(proxy: ProxyConfig): string {
  let json = kept.get(proxy);
  if (json === undefined) {
    json = render(proxy, CATALOG);
    kept.set(proxy, json);
  }
  return json;
}

export function connectJson(connect: ServiceConnect): string {
  return connect.Native ? '{"Native":true}' : '{}';
}
