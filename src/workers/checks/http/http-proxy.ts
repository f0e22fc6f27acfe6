// HTTP_PROXY, HTTPS_PROXY and NO_PROXY, read as Go reads them: localhost is never proxied; NO_PROXY lists hosts, domains,
// addresses and networks, with or without a port.

import { BlockList, isIP } from 'node:net';
import type { StringMap } from '../../../wire/records.js';
import { type GoUrl, hostName, parseUrl } from './go-url.js';

export interface HttpProxy {
  /** `host:port` to dial. */
  readonly address: string;
  /** Value of Proxy-Authorization, '' when the proxy needs none. */
  readonly authorization: string;
}

function variable(environment: StringMap, name: string): string {
  return environment[name] || environment[name.toLowerCase()] || '';
}

/** The proxy for a request to `url`, null to connect directly. */
export function proxyFor(url: GoUrl, environment: StringMap): HttpProxy | null {
  const text = variable(environment, url.scheme === 'https' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (text === '') return null;
  const host = hostName(url).toLowerCase();
  if (host === 'localhost' || isLoopback(host)) return null;
  const port = /:(\d+)$/.exec(url.host)?.[1] ?? (url.scheme === 'https' ? '443' : '80');
  const exceptions = variable(environment, 'NO_PROXY').split(',');
  if (exceptions.some((exception) => matches(exception.trim().toLowerCase(), host, port))) return null;
  const parsed = parseUrl(text.includes('://') ? text : `http://${text}`);
  if (!parsed.ok || parsed.url.scheme !== 'http') return null;
  const { user } = parsed.url;
  return {
    address: /:\d+$/.test(parsed.url.host) ? parsed.url.host : `${parsed.url.host}:80`,
    authorization:
      user === null ? '' : `Basic ${Buffer.from(`${user.name}:${user.password ?? ''}`).toString('base64')}`,
  };
}

function isLoopback(host: string): boolean {
  return (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
}

function matches(exception: string, host: string, port: string): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  const network = /^(.+)\/(\d+)$/.exec(exception);
  if (network?.[1] !== undefined) return isInNetwork(host, network[1], Number(network[2]));
  let name = exception;
  const withPort = /^(\[.+\]|[^:]+):(\d+)$/.exec(exception);
  if (withPort?.[1] !== undefined) {
    if (withPort[2] !== port) return false;
    name = withPort[1];
  }
  if (name.startsWith('[') && name.endsWith(']')) name = name.slice(1, -1);
  if (isIP(name) !== 0) return name === host;
  if (name.startsWith('*.')) name = name.slice(1);
  if (name.startsWith('.')) return host.endsWith(name);
  return host === name || host.endsWith(`.${name}`);
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, bits, type);
  return list.check(host, type);
}
