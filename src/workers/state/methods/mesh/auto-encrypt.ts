// AutoEncrypt.Sign: a certificate for an agent that has none yet, with the roots that it is trusted by. It is asked where nobody
// shows a certificate, so what a token may do is all that is known of the asker.

import type { AuthorityReads } from '../../replica/store/read-api.js';
import type { Asker } from '../contract/asker.js';
import type { CertificateAuthority, IssuedCertificate } from '../contract/certificate-authority.js';
import type { WriteMethod } from '../contract/method.js';
import { isRefusal, type Refusal } from '../contract/refusal.js';
import type { TrustedRoots } from './connect-ca.js';

export interface AgentCertificate {
  readonly issued: IssuedCertificate;
  readonly roots: TrustedRoots;
  /** Of the roots, to wait for others with. */
  readonly rootsIndex: number;
}

/** The same as an agent is given it, with what the server says of itself. */
export interface GivenCertificate extends AgentCertificate {
  /** As PEM: what servers' own certificates are verified by. */
  readonly authorities: readonly string[];
  readonly verifiesServerHostname: boolean;
}

/** The request is a signing request as PEM, for an agent of this datacenter in whatever trust domain: it can't know which one. */
export const signAgentCertificate: WriteMethod<string, AgentCertificate> = {
  name: 'AutoEncrypt.Sign',
  isRepeatable: true,
  decide: ({ authority, store }, request, asker) =>
    authority.obstacle ?? { reply: signed(authority, store.authority, request, asker) },
};

async function signed(
  authority: CertificateAuthority,
  reads: AuthorityReads,
  request: string,
  asker: Asker,
): Promise<AgentCertificate | Refusal> {
  const issued = await authority.signForAgent(request, asker);
  if (isRefusal(issued)) return issued;
  const { value, index } = reads.state();
  return { issued, roots: value, rootsIndex: index };
}
