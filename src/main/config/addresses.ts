// Where the agent listens and what it tells others: bind, advertise and client addresses, with templates expanded and the
// machine's own address found when none is given (spec/agent.md section 4, the rows of bind_addr to ports).

import net from 'node:net';
import os from 'node:os';
import type { Listener } from '../../wire/config.js';
import type { Problems } from './problems.js';
import type { Addresses, Ports } from './schema/addresses.js';
import type { AgentConfig } from './schema/agent.js';
import { addressNumber, addressText, blockContains, parseBlock } from './sockaddr/block.js';
import { isForwardable, isPrivate } from './sockaddr/interfaces.js';
import { renderTemplate } from './sockaddr/template.js';

const ANY = new Set(['0.0.0.0', '::', '[::]']);

export function isAnyAddress(address: string): boolean {
  return ANY.has(address);
}

/** The addresses a setting names, templates expanded; an unusable template names none. */
export function expand(text: string): readonly string[] {
  const rendered = renderTemplate(text);
  return rendered.ok ? rendered.text.split(/\s+/).filter((part) => part !== '') : [];
}

function canonical(address: string): string {
  const number = addressNumber(address.replace(/^\[|\]$/g, ''));
  return number === null ? address : addressText(number.family, number.value);
}

function isIp(address: string): boolean {
  return net.isIP(address.replace(/^\[|\]$/g, '')) !== 0;
}

/** One address; the texts are bind_addr's. */
function single(key: string, text: string, problems: Problems): string {
  const found = expand(text);
  if (found.length > 1) {
    problems.refuse(`${key} cannot contain multiple addresses. Use 'addresses.{dns,http,https}' instead.`);
  }
  const [address] = found;
  if (address?.startsWith('unix://')) problems.refuse(`${key} cannot be a unix socket`);
  if (address === undefined || !isIp(address)) problems.refuse(`${key} cannot be empty`);
  return canonical(address);
}

export function buildPorts(config: AgentConfig, dev: boolean, problems: Problems): Ports {
  const port = (key: string, value: number): number => {
    if (value > 65535) problems.add(`ports.${key}: invalid port: ${value}`);
    return value <= 0 ? -1 : value;
  };
  const { ports } = config;
  const out = {
    dns: port('dns', ports.dns),
    http: port('http', ports.http),
    https: port('https', ports.https),
    grpc: port('grpc', ports.grpc),
    grpcTls: port('grpc_tls', ports.grpc_tls ?? (config.server || dev ? 8503 : -1)),
    server: port('server', ports.server),
    serfLan: port('serf_lan', ports.serf_lan),
    serfWan: port('serf_wan', ports.serf_wan),
  };
  if (out.server <= 0) problems.refuse('server-port must be greater than zero');
  if (out.serfLan <= 0) problems.refuse('serf-lan-port must be greater than zero');
  return out;
}

export function buildAddresses(config: AgentConfig, ports: Ports, problems: Problems): Addresses {
  const bind = single('bind_addr', config.bind_addr, problems);
  const serfLanBind = config.serf_lan === undefined ? bind : single('serf_lan', config.serf_lan, problems);
  const serfWanBind = config.serf_wan === undefined ? bind : single('serf_wan', config.serf_wan, problems);
  const advertise = advertised(
    'advertise_addr',
    'Advertise address',
    config.advertise_addr,
    () => detect(bind, problems),
    problems,
  );
  // Read a second time where the WAN address follows it: users know the doubled line.
  if (config.advertise_addr_wan === undefined) checkIp('advertise_addr', config.advertise_addr, problems);
  const advertiseWan = advertised(
    'advertise_addr_wan',
    'Advertise WAN address',
    config.advertise_addr_wan,
    () => advertise,
    problems,
  );
  const clients = buildClients(config.client_addr, problems);
  const listeners = (key: keyof AgentConfig['addresses'] & string, port: number): Listener[] => {
    const given = config.addresses[key];
    const list = given === undefined ? clients : expand(given);
    if (port <= 0) return [];
    return list.flatMap((address) => listener(`addresses.${key}`, address, port, problems));
  };
  const dns = listeners('dns', ports.dns);
  if (dns.some(({ kind }) => kind === 'unix')) problems.refuse('DNS address cannot be a unix socket');
  return {
    bind,
    serfLanBind,
    serfWanBind,
    advertise,
    advertiseWan,
    tagged: taggedAddresses(config, advertise, advertiseWan, problems),
    clients,
    ports,
    dns,
    http: listeners('http', ports.http),
    https: listeners('https', ports.https),
    grpc: listeners('grpc', ports.grpc),
    grpcTls: listeners('grpc_tls', ports.grpcTls),
  };
}

function buildClients(text: string, problems: Problems): string[] {
  const found = expand(text);
  if (found.length === 0) {
    problems.warn(
      'client_addr is empty, client services (DNS, HTTP, HTTPS, GRPC) will not be listening for connections',
    );
  }
  return found.flatMap((address) => {
    if (address.startsWith('unix://')) problems.add('client_addr cannot be a unix socket');
    else if (isIp(address)) return [canonical(address)];
    else problems.add(`client_addr: invalid ip address: ${address}`);
    return [];
  });
}

function listener(key: string, address: string, port: number, problems: Problems): Listener[] {
  if (address.startsWith('unix://')) return [{ kind: 'unix', path: address.slice('unix://'.length) }];
  if (isIp(address)) return [{ kind: 'tcp', address: canonical(address), port }];
  problems.add(`${key}: invalid ip address: ${address}`);
  return [];
}

function checkIp(key: string, text: string | undefined, problems: Problems): void {
  const [address] = text === undefined ? [] : expand(text);
  if (address !== undefined && !isIp(address)) problems.add(`${key}: invalid ip address: ${address}`);
}

function advertised(
  key: string,
  label: string,
  text: string | undefined,
  otherwise: () => string,
  problems: Problems,
): string {
  const found = text === undefined ? [] : expand(text);
  if (found.length > 1) problems.refuse(`${key} cannot contain multiple addresses`);
  const [address] = found;
  if (address === undefined) return otherwise();
  if (address.startsWith('unix://')) problems.refuse(`${key} cannot be a unix socket`);
  if (isAnyAddress(address)) problems.refuse(`${label} cannot be 0.0.0.0, :: or [::]`);
  checkIp(key, address, problems);
  return canonical(address);
}

/** The address others reach this machine by, when it listens on all of them. */
function detect(bind: string, problems: Problems): string {
  if (!isAnyAddress(bind)) return bind;
  const wantsV6 = bind !== '0.0.0.0';
  const kind = wantsV6 ? 'public IPv6' : 'private IPv4';
  const all = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal }) => !internal);
  const candidates = (outside.length > 0 ? outside : all)
    .filter(({ family }) => family === (wantsV6 ? 'IPv6' : 'IPv4'))
    .map(({ address }) => address)
    .filter((address) => (wantsV6 ? isPublicV6(address) : isPrivate(address) || outside.length === 0));
  const [address] = candidates;
  if (address === undefined) problems.refuseLast(`No ${kind} address found`);
  if (candidates.length > 1) {
    problems.refuseLast(`Multiple ${kind} addresses found. Please configure one with 'bind' and/or 'advertise'.`);
  }
  return address ?? bind;
}

function isPublicV6(address: string): boolean {
  const global = parseBlock('2000::/3');
  return global !== null && blockContains(global, address) && isForwardable(address);
}

function taggedAddresses(
  config: AgentConfig,
  lan: string,
  wan: string,
  problems: Problems,
): { readonly [name: string]: string } {
  const out: { [name: string]: string } = { ...config.tagged_addresses, lan, wan };
  for (const [pool, address] of [
    ['lan', lan],
    ['wan', wan],
  ] as const) {
    if (net.isIP(address) !== 0) out[`${pool}_ipv${net.isIP(address)}`] = address;
  }
  const explicit = [
    ['advertise_addr_ipv4', 'lan_ipv4', 4],
    ['advertise_addr_ipv6', 'lan_ipv6', 6],
    ['advertise_addr_wan_ipv4', 'wan_ipv4', 4],
    ['advertise_addr_wan_ipv6', 'wan_ipv6', 6],
  ] as const;
  for (const [key, tag, family] of explicit) {
    const text = config[key];
    if (text === undefined) continue;
    const [address = ''] = expand(text);
    if (net.isIP(address) !== family) problems.refuse(`${key} must be an ipv${family} address`);
    out[tag] = canonical(address);
  }
  return out;
}
