// Asks a server for an agent's certificate, as an agent without one does.

import { keyPem, makeKey, makeSigningRequest } from '../../../src/certificates/certificates.js';
import { spiffeUri } from '../../../src/certificates/spiffe.js';
import { BootstrapDialer } from '../../../src/tls/bootstrap-dialer.js';
import type { AskedFailure } from '../../../src/workers/state/calls/asked-failure.js';
import type { GivenCertificate } from '../../../src/workers/state/methods/mesh/auto-encrypt.js';
import { askToSign } from '../../../src/workers/state/rpc/auto-encrypt/asked-sign.js';
import type { AgentProcess } from '../../agent-process.js';
import { NO_TLS } from '../../tls.js';

export interface Wanted {
  readonly nodeName?: string;
  /** In the certificate. */
  readonly datacenter?: string;
  /** In the question. */
  readonly asked?: string;
  readonly uri?: string;
  readonly dnsSan?: readonly string[];
  readonly token?: string;
}

export interface Given {
  readonly ok: true;
  readonly value: GivenCertificate;
  readonly certificate: string;
  readonly key: string;
}

/** `ca`: whom to trust, as PEM; "": whoever answers. */
export async function askForCertificate(
  server: AgentProcess,
  ca: string,
  wanted: Wanted,
): Promise<Given | AskedFailure> {
  const { nodeName = 'a', datacenter = 'dc1', asked = 'dc1', dnsSan = [], token = '' } = wanted;
  const key = await makeKey('ec', 256);
  const uri = wanted.uri ?? spiffeUri({ kind: 'agent', host: 'unknown', datacenter, name: nodeName });
  const request = await makeSigningRequest(key, { uris: [uri], dns: dnsSan, addresses: [] });
  const internalRpc = {
    ...NO_TLS,
    verifyServerHostname: true,
    material: { ...NO_TLS.material, ca: ca === '' ? [] : [ca] },
  };
  const tls = { internalRpc, https: NO_TLS, grpc: NO_TLS, serverName: '', enableAgentTlsForChecks: false };
  const dialer = new BootstrapDialer({ tls, datacenter: 'dc1', dns: { domain: 'consul' } });
  const answer = await askToSign(dialer, `127.0.0.1:${server.ports.server}`, request, asked, token);
  if (!answer.ok) return answer;
  return { ok: true, value: answer.value, certificate: answer.value.issued.certificate, key: keyPem(key) };
}
