// Certificates for the agents of a cluster and those who talk to them, as operators make them by `tls ca create` and
// `tls cert create`: a root of their own, and certificates that name a role (`server.dc1.consul`).

import type { Block } from './blocks.js';
import { sequence, utf8 } from './blocks.js';
import { type ReadCertificate, signCertificate, subjectOf } from './certificate.js';
import { constraintsExtension, extendedUsage, roleExtensions, rootExtensions } from './extensions.js';
import { keyIdOf, type PrivateKey, publicKeyOf } from './keys.js';
import type { Names } from './names.js';

interface Common {
  readonly key: PrivateKey;
  readonly serialNumber: bigint;
  readonly name: string;
  readonly names: Names;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface AgentRoot extends Common {
  /** Domains beyond which nothing that it signs is valid; none: it may sign for all. */
  readonly permittedDomains: readonly string[];
}

export function makeAgentRoot(root: AgentRoot): Promise<string> {
  const { key, name, names, permittedDomains } = root;
  const publicKey = publicKeyOf(key);
  const subject = subjectOf(utf8(name));
  const keyId = keyIdOf(publicKey);
  const extensions: readonly Block[] = [
    ...rootExtensions({ subjectKey: keyId, authorityKey: keyId }, names),
    ...(permittedDomains.length === 0 ? [] : [constraintsExtension(permittedDomains)]),
  ];
  return signCertificate({ ...root, issuer: subject, subject, publicKey, extensions }, key);
}

export interface AgentLeaf extends Common {
  readonly usages: readonly ('server' | 'client')[];
}

/** `issuer` and `issuerKey` belong together ({@link belongTogether}). */
export function signAgentLeaf(leaf: AgentLeaf, issuer: ReadCertificate, issuerKey: PrivateKey): Promise<string> {
  const publicKey = publicKeyOf(leaf.key);
  const keys = { subjectKey: keyIdOf(publicKey), authorityKey: issuer.keyId };
  const extensions = roleExtensions(keys, leaf.names, sequence(...leaf.usages.map(extendedUsage)));
  const notAfterMs = Math.min(leaf.notAfterMs, issuer.notAfterMs);
  return signCertificate(
    { ...leaf, notAfterMs, issuer: issuer.subject, subject: subjectOf(utf8(leaf.name)), publicKey, extensions },
    issuerKey,
  );
}
