// Connections of agents that have no certificate yet, to ask for one (spec/rpc.md, section 1, first byte 7): TLS without a client
// certificate, and nothing but that question within. The server is judged by the CA that the configuration names; where it names
// none nobody is, and whoever answers is believed.

import type net from 'node:net';
import type { SecureContext } from 'node:tls';
import type { DialConfig } from '../wire/config.js';
import { type Address, type Opening, openConnection, secureConnection } from './dialing.js';
import { secureContext } from './secure-context.js';

const BOOTSTRAP_FIRST_BYTE = 7;

export class BootstrapDialer {
  #config: DialConfig;
  /** Made when it is needed first. */
  #context: SecureContext | null = null;

  constructor(config: DialConfig) {
    this.#config = config;
  }

  /** For connections to come. */
  reload(config: DialConfig): void {
    this.#config = config;
    this.#context = null;
  }

  /** To destroy the socket ends it, at any time. */
  dial(to: Address, opening: Opening): net.Socket {
    return openConnection(to, opening, (socket, done, failed) => {
      const { tls, datacenter, dns } = this.#config;
      const { material, verifyServerHostname } = tls.internalRpc;
      this.#context ??= secureContext({ ...tls.internalRpc, material: { ...material, cert: '', key: '' } });
      const name = verifyServerHostname ? `server.${datacenter}.${dns.domain}` : null;
      const securing = { firstByte: BOOTSTRAP_FIRST_BYTE, context: this.#context, name };
      const serverName = name ?? tls.serverName;
      const isJudged = material.ca.length > 0;
      secureConnection(socket, { ...securing, serverName, isJudged, innerByte: null }, done, failed);
    });
  }
}
