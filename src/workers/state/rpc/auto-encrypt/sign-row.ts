// AutoEncrypt.Sign: how an agent without a certificate asks for one, and what it is given with it: whom to trust, and whether to
// verify names (spec/rpc.md, section 5, "SignedResponse").

import { list } from '../../../../msgpack/collections.js';
import { bool, text } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import { refusal } from '../../methods/contract/refusal.js';
import { type AgentCertificate, type GivenCertificate, signAgentCertificate } from '../../methods/mesh/auto-encrypt.js';
import { UNLIMITED } from '../rows/lists.js';
import {
  type IssuedReply,
  issuedOf,
  issuedReply,
  type RootsReply,
  rootsOf,
  rootsReply,
  showIssued,
  showRoots,
} from '../rows/mesh/connect-ca.js';
import { metaOf } from '../rows/query-options.js';
import type { WriteOptions, WriteRow } from '../rows/row.js';

export interface SignArguments extends WriteOptions {
  readonly CSR: string;
}

export interface SignedReply {
  readonly ConnectCARoots: RootsReply;
  /** Stock has never filled it here. */
  readonly GossipKey: string;
  readonly IssuedCert: IssuedReply;
  /** As PEM: what the server's own certificate is verified by. */
  readonly ManualCARoots: readonly string[] | null;
  readonly VerifyServerHostname: boolean;
}

/** What a server says of itself beside the certificate. */
export interface ServerTrust {
  readonly datacenter: string;
  /** As PEM, each text one or several certificates. */
  readonly authorities: () => readonly string[];
  readonly verifiesServerHostname: () => boolean;
}

export const signArguments = struct<SignArguments>({ CSR: text, Datacenter: text, Token: text });

export const signedReply = struct<SignedReply>({
  ConnectCARoots: rootsReply,
  GossipKey: text,
  IssuedCert: issuedReply,
  ManualCARoots: list(text, UNLIMITED),
  VerifyServerHostname: bool,
});

export function signRow({
  datacenter,
  authorities,
  verifiesServerHostname,
}: ServerTrust): WriteRow<SignArguments, SignedReply, string, AgentCertificate> {
  return {
    kind: 'write',
    method: signAgentCertificate,
    arguments: signArguments,
    reply: signedReply,
    request: ({ CSR, Datacenter: theirs }) =>
      theirs === '' || theirs === datacenter ? CSR : refusal('failed', mismatch(theirs, datacenter)),
    ask: (request, { Datacenter, Token }) => ({ CSR: request, Datacenter, Token }),
    show: ({ issued, roots, rootsIndex }) => ({
      ConnectCARoots: showRoots(roots, metaOf(rootsIndex, { hasLeader: true, lastContactMs: 0 })),
      GossipKey: '',
      IssuedCert: showIssued(issued),
      ManualCARoots: authorities(),
      VerifyServerHostname: verifiesServerHostname(),
    }),
    value: givenOf,
  };
}

export function givenOf(reply: SignedReply): GivenCertificate {
  const { IssuedCert, ConnectCARoots, ManualCARoots, VerifyServerHostname } = reply;
  return {
    issued: issuedOf(IssuedCert),
    roots: rootsOf(ConnectCARoots),
    rootsIndex: Number(ConnectCARoots.Index),
    authorities: ManualCARoots ?? [],
    verifiesServerHostname: VerifyServerHostname,
  };
}

function mismatch(theirs: string, ours: string): string {
  const hint = 'check client has same datacenter set as servers';
  return `mismatched datacenter (client_dc='${theirs}' server_dc='${ours}'); ${hint}`;
}
