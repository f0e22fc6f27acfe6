// The certificate of a client agent with `auto_encrypt.tls`: without it no server is dialed, with it servers, checks and HTTPS see
// another configuration than the files have.

import { BootstrapDialer } from '../../../tls/bootstrap-dialer.js';
import type { ServerDialer } from '../../../tls/server-dialer.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import { addressesToAsk } from '../auto-encrypt/addresses.js';
import { AgentCertificate } from '../auto-encrypt/agent-certificate.js';
import { type OwnCertificate, withCertificate } from '../auto-encrypt/with-certificate.js';
import type { Calls } from '../calls/calls.js';
import type { ServerList } from '../cluster/server-list.js';
import { askToSign } from '../rpc/auto-encrypt/asked-sign.js';
import type { Parts } from './parts.js';

/** Where stock's servers are. */
const DEFAULT_SERVER_PORT = 8300;

export interface ClientCertificate {
  /** A server is there that wasn't. */
  serverAppeared(): void;
  /** The configuration as it is with what the agent was given. */
  configured(config: RuntimeConfig): RuntimeConfig;
  /** The files were read again: whoever verifies servers by what they say of themselves asks them once more. */
  reload(config: RuntimeConfig): void;
  stop(): void;
}

export interface ClientCertificateParts {
  readonly parts: Parts;
  readonly list: ServerList;
  readonly dialer: ServerDialer;
  readonly calls: Calls;
  /** There is another one. */
  readonly changed: () => void;
}

/** null: the configuration doesn't ask for one. */
export function clientCertificate({
  parts,
  list,
  dialer,
  calls,
  changed,
}: ClientCertificateParts): ClientCertificate | null {
  // As the files have it; what is current has the certificate in it.
  let config = parts.settings.current;
  if (!config.autoEncrypt.tls) return null;
  const { datacenter, nodeName, autoEncrypt, ports, retryJoin } = config;
  const bootstrap = new BootstrapDialer(config);
  dialer.hold('auto_encrypt.tls: no server has given this agent a certificate yet');
  let own: OwnCertificate | null = null;
  const port = ports.server > 0 ? ports.server : DEFAULT_SERVER_PORT;
  const certificate = new AgentCertificate({
    requester: { datacenter, nodeName, ...autoEncrypt },
    addresses: () => {
      const known = list.all.map(({ address }) => address);
      return addressesToAsk(known, retryJoin, port);
    },
    ask: (address, request) => askToSign(bootstrap, address, request, datacenter, parts.tokens.agent),
    calls,
    given: (given) => {
      dialer.reload(withCertificate(config, given));
      own = given;
      changed();
    },
    logger: parts.logger.child('auto_config'),
    spreadMs: () => config.connect.leafRootChangeSpreadMs,
    random: Math.random,
    wallClock: Date.now,
  });
  const configured = (files: RuntimeConfig): RuntimeConfig => (own === null ? files : withCertificate(files, own));
  certificate.request();
  return {
    serverAppeared: () => certificate.serverAppeared(),
    configured,
    reload(files) {
      config = files;
      bootstrap.reload(files);
      if (own !== null) dialer.reload(configured(files));
      certificate.request();
    },
    stop: () => certificate.stop(),
  };
}
