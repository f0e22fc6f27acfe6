// OpenSSL's context of a stanza: the agent's certificate, whom it trusts, and the policy. Contexts are made at a start and at a
// reload, and go on serving the connections that were opened with them.

import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { TlsStanza } from '../wire/config.js';
import { nodeCrypto, nodeTls } from './node-modules.js';
import { cipherList, minVersion } from './policy.js';

/** Sessions of one thread's listener are resumed by the others: they mustn't be told apart by thread. */
const SESSIONS_OF = 'lictor';

/** Throws when certificate, key or trusted certificates can't be used. */
export function secureContext(stanza: TlsStanza): SecureContext {
  return nodeTls().createSecureContext(contextOptions(stanza));
}

/** The same for a server of Node's, which makes its context itself. */
export function contextOptions({ material, cipherSuites, minVersion: version }: TlsStanza): SecureContextOptions {
  const { ca, cert, key, ticketKeys } = material;
  const { SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_COMPRESSION } = nodeCrypto().constants;
  return {
    // No trusted certificate means nobody, and not whom Node trusts.
    ca: ca.length > 0 ? [...ca] : '',
    // Go takes any trusted certificate as the end of a chain, not only a self-signed one.
    allowPartialTrustChain: true,
    ...(cert === '' ? {} : { cert, key }),
    ciphers: cipherList(cipherSuites),
    minVersion: minVersion(version),
    // Whoever could ask for another handshake at any time could have the thread do nothing else.
    secureOptions: SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION,
    sessionIdContext: SESSIONS_OF,
    ...(ticketKeys.length > 0 ? { ticketKeys: Buffer.from(ticketKeys) } : {}),
  };
}
