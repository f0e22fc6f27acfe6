// The certificate of a client agent with `auto_encrypt.tls`: without it no server is dialed, with it servers, checks and HTTPS see
// another configuration than the files have.

import type { Logger } from '../../../../observe/logger.js';
import { BootstrapDialer } from '../../../../tls/bootstrap-dialer.js';
import type { ServerDialer } from '../../../../tls/server-dialer.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import { addressesToAsk } from '../../auto-encrypt/addresses.js';
import { AgentCertificate } from '../../auto-encrypt/agent-certificate.js';
import { type OwnCertificate, withCertificate } from '../../auto-encrypt/with-certificate.js';
import type { Calls } from '../../calls/calls.js';
import type { ServerList } from '../../cluster/server-list.js';
import { askToSign } from '../../rpc/auto-encrypt/asked-sign.js';
import type { AgentTokens } from '../../tokens/agent-tokens.js';

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
  /** As the files have it. */
  readonly config: RuntimeConfig;
  readonly tokens: Pick<AgentTokens, 'agent'>;
  /** Named `agent`. */
  readonly logger: Logger;
  readonly list: ServerList;
  readonly dialer: ServerDialer;
  readonly calls: Calls;
  /** There is another one. */
  readonly changed: () => void;
}

/** null: the configuration doesn't ask for one. */
export function clientCertificate(parts: ClientCertificateParts): ClientCertificate | null {
  const { tokens, logger, list, dialer, calls, changed } = parts;
  let { config } = parts;
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
    ask: (address, request) => askToSign(bootstrap, address, request, datacenter, tokens.agent),
    calls,
    given: (given) => {
      dialer.reload(withCertificate(config, given));
      own = given;
      changed();
    },
    logger: logger.child('auto_config'),
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
