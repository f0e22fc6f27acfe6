// What the configuration means for HTTP answers: made from it at the start and again at a reload, so that a request only
// picks finished pieces.

import net from 'node:net';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { HeaderSet } from './endpoint.js';
import type { EngineLimits } from './engine/engine.js';
import { onePiece } from './engine/status-line.js';
import type { ReadLimits } from './parameters/read-options.js';

export type HttpSettings = Pick<
  RuntimeConfig,
  | 'datacenter'
  | 'nodeName'
  | 'devMode'
  | 'http'
  | 'ui'
  | 'aclDefaultPolicy'
  | 'translateWanAddresses'
  | 'defaultQueryTimeMs'
  | 'maxQueryTimeMs'
  | 'rpcHoldTimeoutMs'
  | 'discoveryMaxStaleMs'
> & { readonly limits: Pick<RuntimeConfig['limits'], 'httpMaxConnsPerClient' | 'httpMaxRequestBodySize'> };

/** Of requests that bring none. */
export interface RequestTokens {
  readonly default: string;
}

const SLOW_HEADER_MS = 10_000;
const SLOW_BODY_MS = 10_000;
const SLOW_BODY_BYTES = 1024;
const DEFAULT_HEADER_BYTES = 1024 * 1024;
/** Go reads this much beyond the configured limit before it refuses. */
const HEADER_SLACK_BYTES = 4096;

export class HttpPolicy {
  readonly datacenter: string;
  readonly nodeName: string;
  /** `-dev`: JSON is indented even without `pretty`. */
  readonly indents: boolean;
  readonly allowUnprintable: boolean;
  /** As they are now. */
  readonly tokens: RequestTokens;
  /** `translate_wan_addrs`. */
  readonly translates: boolean;
  readonly holdMs: number;
  readonly reads: ReadLimits;
  readonly engineLimits: EngineLimits;
  /** Of a body, in bytes, where its row has no limit of its own. */
  readonly maxBodyBytes: number;
  /** Where `/` leads; null with the UI off. */
  readonly uiPath: string | null;

  readonly #blocked: readonly string[];
  readonly #writers: net.BlockList | null;
  readonly #blocks: { readonly [set in HeaderSet]: string };
  readonly #withType = new Map<string, string>();

  constructor(settings: HttpSettings, tokens: RequestTokens) {
    this.datacenter = settings.datacenter;
    this.nodeName = settings.nodeName;
    this.indents = settings.devMode;
    this.allowUnprintable = settings.http.disableUnprintableFilter;
    this.tokens = tokens;
    this.translates = settings.translateWanAddresses;
    this.holdMs = settings.rpcHoldTimeoutMs;
    this.reads = {
      defaultQueryTimeMs: settings.defaultQueryTimeMs,
      maxQueryTimeMs: settings.maxQueryTimeMs,
      useCache: settings.http.useCache,
      discoveryMaxStaleMs: settings.discoveryMaxStaleMs,
    };
    const headerBytes = settings.http.maxHeaderBytes > 0 ? settings.http.maxHeaderBytes : DEFAULT_HEADER_BYTES;
    this.engineLimits = {
      maxHeaderBytes: headerBytes + HEADER_SLACK_BYTES,
      maxConnectionsPerClient: settings.limits.httpMaxConnsPerClient,
      slowHeaderMs: SLOW_HEADER_MS,
      slowBodyMs: SLOW_BODY_MS,
      slowBodyBytes: SLOW_BODY_BYTES,
    };
    this.maxBodyBytes = settings.limits.httpMaxRequestBodySize;
    this.uiPath = settings.ui.enabled ? settings.ui.contentPath : null;
    this.#blocked = settings.http.blockEndpoints;
    this.#writers = settings.http.allowWriteFrom.length > 0 ? blockList(settings.http.allowWriteFrom) : null;
    const configured = Object.entries(settings.http.responseHeaders)
      .map(([name, value]) => headerLine(name, value))
      .join('');
    let api = `Vary: Accept-Encoding\r\nX-Consul-Default-Acl-Policy: ${settings.aclDefaultPolicy}\r\n`;
    if (settings.translateWanAddresses) api += 'X-Consul-Translate-Addresses: true\r\n';
    this.#blocks = { api: api + configured, page: configured, debug: 'Vary: Accept-Encoding\r\n' };
  }

  /** Common headers and Content-Type as one finished block. */
  headers(set: HeaderSet, contentType: string | null): string {
    if (contentType === null) return this.#blocks[set];
    const key = set === 'api' ? contentType : `${set}:${contentType}`;
    let block = this.#withType.get(key);
    if (block === undefined) {
      block = onePiece(headerLine('Content-Type', contentType), this.#blocks[set]);
      // Types come from endpoints, a handful in all; should one of them make them up, it isn't kept.
      if (this.#withType.size < 64) this.#withType.set(key, block);
    }
    return block;
  }

  isBlocked(path: string): boolean {
    for (const prefix of this.#blocked) if (path.startsWith(prefix)) return true;
    return false;
  }

  mayWrite(remoteAddress: string): boolean {
    if (this.#writers === null) return true;
    const family = net.isIP(remoteAddress);
    return family !== 0 && this.#writers.check(remoteAddress, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** One header line in Go's canonical case, with CRLF; whatever could end the line early is taken out. */
export function headerLine(name: string, value: string): string {
  const safe = value.replace(/[\r\n\0]/g, ' ');
  const bytes = /[^\x20-\x7e]/.test(safe) ? Buffer.from(safe).toString('latin1') : safe;
  return `${canonicalName(name)}: ${bytes}\r\n`;
}

const canonicalNames = new Map<string, string>();

/** `x-consul-ID` → `X-Consul-Id`. */
export function canonicalName(name: string): string {
  let canonical = canonicalNames.get(name);
  if (canonical === undefined) {
    canonical = name
      .replace(/[^A-Za-z0-9!#$%&'*+\-.^_`|~]/g, '')
      .split('-')
      .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
      .join('-');
    if (canonicalNames.size < 256) canonicalNames.set(name, canonical);
  }
  return canonical;
}

function blockList(cidrs: readonly string[]): net.BlockList {
  const list = new net.BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const type = net.isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, type);
    else list.addSubnet(address, Number(bits), type);
  }
  return list;
}
