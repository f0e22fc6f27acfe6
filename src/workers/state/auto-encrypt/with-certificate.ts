// The configuration of an agent that was given a certificate (`auto_encrypt.tls`): with it the agent speaks to servers, and serves
// HTTPS where no files are named for that, and gRPC where `tls.grpc.use_auto_cert` says so. Servers are verified by what the configuration trusts and by what they said of
// themselves; the authority that signed the certificate signs for anybody's names, so no server is trusted by it.

import type { RuntimeConfig, TlsStanza } from '../../../wire/config.js';

/** A certificate of this agent with its key, as PEM, and whom to trust. */
export interface OwnCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly authorities: readonly string[];
  readonly verifiesServerHostname: boolean;
}

function withMaterial(stanza: TlsStanza, { certificate, key, authorities }: OwnCertificate): TlsStanza {
  const ca = [...stanza.material.ca, ...authorities];
  return { ...stanza, material: { ...stanza.material, ca, cert: certificate, key } };
}

export function withCertificate(config: RuntimeConfig, own: OwnCertificate): RuntimeConfig {
  const { internalRpc, https, grpc } = config.tls;
  return {
    ...config,
    tls: {
      ...config.tls,
      internalRpc: {
        ...withMaterial(internalRpc, own),
        verifyOutgoing: true,
        verifyServerHostname: internalRpc.verifyServerHostname || own.verifiesServerHostname,
      },
      https: https.material.cert === '' ? withMaterial(https, own) : https,
      grpc: grpc.material.cert === '' && grpc.useAutoCert ? withMaterial(grpc, own) : grpc,
    },
  };
}
