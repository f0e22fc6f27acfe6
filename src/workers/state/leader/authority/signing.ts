// Signs what others ask for: who it is for must belong to this cluster and this datacenter, and the asker must be allowed to act
// for it.

import { parseSpiffe, type SpiffeId, spiffeUri } from '../../../../certificates/spiffe.js';
import { trustDomainOf } from '../../../../wire/mesh/trust-domain.js';
import type { Asker } from '../../methods/contract/asker.js';
import type { IssuedCertificate } from '../../methods/contract/certificate-authority.js';
import { refusal } from '../../methods/contract/refusal.js';
import { type ProviderOptions, presentSigner } from './builtin-provider.js';
import { isInPlace } from './intermediate.js';
import { AuthorityFailure, failure } from './log-writes.js';
import { settingsOf } from './roots.js';

/** Certificates begin a little early, for those whose clocks are behind. */
const EARLY_MS = 60_000;

export async function signRequest(
  options: ProviderOptions,
  datacenter: string,
  request: string,
  asker: Asker,
  identify: Identify,
): Promise<IssuedCertificate> {
  const { certificates, reads, writes, now } = options;
  const { config, activeRoot } = reads;
  if (config === undefined || activeRoot === undefined) throw failure(UNINITIALIZED);
  const settings = settingsOf(config);
  const signer = presentSigner(options, settings);
  if (signer === null) throw failure(UNINITIALIZED);
  if (signer.issuer.notAfterMs <= now()) {
    throw failure(
      options.isPrimary
        ? 'the CA root has expired: another one must be configured'
        : "the certificate of this datacenter's CA has expired: the primary datacenter has to sign another one",
    );
  }
  if (!options.isPrimary && !isInPlace(options, signer.root)) throw failure(UNINITIALIZED);
  const read = await certificates.readSigningRequest(request);
  if (read === null) throw failure('the CSR is malformed, or not signed by its key');
  const { id, uris } = identify(read.names.uris, trustDomainOf(config.ClusterID), datacenter);
  if (!mayActFor(id, asker)) throw new AuthorityFailure(refusal('denied'));
  const serialNumber = await writes.nextSerial();
  // Certificates know whole seconds.
  const fromMs = Math.floor((now() - EARLY_MS) / 1000) * 1000;
  const leaf = { publicKey: read.publicKey, names: { ...read.names, uris }, serialNumber };
  // With its root it ends, whatever is configured.
  const endMs = Math.min(fromMs + settings.leafTtlMs, signer.issuer.notAfterMs);
  const times = { notBeforeMs: fromMs, notAfterMs: endMs };
  const pem = await certificates.signLeaf({ ...leaf, ...times }, signer);
  return {
    serialNumber: certificates.serialHex(serialNumber),
    certificate: [pem, ...(activeRoot.IntermediateCerts ?? [])].map(withLineEnd).join(''),
    holder: 'name' in id ? { kind: id.kind, name: id.name } : { kind: id.kind },
    uri: spiffeUri(id),
    validAfterMs: times.notBeforeMs,
    validBeforeMs: times.notAfterMs,
    index: await writes.leafIndex(),
  };
}

/** For another datacenter's authority, under this one's root. */
export async function signForAuthority(options: ProviderOptions, request: string): Promise<string> {
  const { certificates, reads, writes, now } = options;
  const { config } = reads;
  const settings = config === undefined ? null : settingsOf(config);
  const signer = settings === null ? null : presentSigner(options, settings);
  if (config === undefined || settings === null || signer === null) throw failure(UNINITIALIZED);
  const read = await certificates.readSigningRequest(request);
  if (read === null) throw failure('the CSR is malformed, or not signed by its key');
  const trustDomain = trustDomainOf(config.ClusterID);
  const [uri, ...others] = read.names.uris;
  if (uri?.toLowerCase() !== `spiffe://${trustDomain}`.toLowerCase() || others.length > 0) {
    throw failure(`the CSR of a CA must have the URI of this trust domain: spiffe://${trustDomain}`);
  }
  // Certificates know whole seconds.
  const notBeforeMs = Math.floor((now() - EARLY_MS) / 1000) * 1000;
  const notAfterMs = Math.min(notBeforeMs + settings.intermediateTtlMs, signer.issuer.notAfterMs);
  if (notAfterMs <= now()) throw failure('the CA root has expired: another one must be configured');
  const names = { uris: [uri], dns: [], addresses: [] };
  const { publicKey, subject } = read;
  const serialNumber = await writes.nextSerial();
  const parts = { publicKey, subject, names, serialNumber, notBeforeMs, notAfterMs };
  return withLineEnd(await certificates.signIntermediate(parts, signer));
}

export const UNINITIALIZED = 'CA is uninitialized and unable to sign certificates yet';

function withLineEnd(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`;
}

/** Whom a certificate is for, and the URIs that it says so by. Throws {@link AuthorityFailure}. */
export type Identify = (
  uris: readonly string[],
  trustDomain: string,
  datacenter: string,
) => { readonly id: SpiffeId; readonly uris: readonly string[] };

export const identityOf: Identify = (uris, trustDomain, datacenter) => {
  const id = onlyOne(uris);
  if (id === null)
    throw failure('the CSR must have one SPIFFE URI: of a service, an agent, a server or a mesh gateway');
  judge(id, trustDomain, datacenter);
  return { id, uris };
};

/** Stands for the trust domain where an agent doesn't know it yet. */
const UNKNOWN_DOMAIN = 'unknown';

/** Of an agent, which is told its trust domain by the certificate. */
export const agentIdentityOf: Identify = (uris, trustDomain, datacenter) => {
  const asked = onlyOne(uris);
  if (asked?.kind !== 'agent') throw failure('the CSR must have one SPIFFE URI: of an agent');
  const id = asked.host === UNKNOWN_DOMAIN ? { ...asked, host: trustDomain } : asked;
  judge(id, trustDomain, datacenter);
  return { id, uris: [spiffeUri(id)] };
};

function onlyOne([uri, ...others]: readonly string[]): SpiffeId | null {
  return uri === undefined || others.length > 0 ? null : parseSpiffe(uri);
}

function judge(id: SpiffeId, trustDomain: string, datacenter: string): void {
  if (id.host.toLowerCase() !== trustDomain.toLowerCase()) {
    throw failure(`SPIFFE ID in CSR from a different trust domain: ${id.host}, we are ${trustDomain}`);
  }
  if (id.datacenter !== datacenter) {
    throw failure(`SPIFFE ID in CSR from a different datacenter: ${id.datacenter}, we are ${datacenter}`);
  }
}

function mayActFor(id: SpiffeId, { authorizer }: Asker): boolean {
  switch (id.kind) {
    case 'service':
      return authorizer.allows('service:write', id.name);
    case 'agent':
      return authorizer.allows('node:write', id.name);
    case 'mesh-gateway':
      return authorizer.allows('mesh:write', '');
    case 'server':
      return authorizer.allows('operator:write', '');
  }
}
