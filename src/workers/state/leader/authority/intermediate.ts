// The authority of a secondary datacenter: it has a key of its own, whose certificate is signed by the primary datacenter's root,
// and trusts the roots that are trusted there. Key and certificate lie in the replicated state, as the primary's key does.

import { goTimeOf, NO_TIME } from '../../../../wire/go-time.js';
import type { AuthoritySettings } from '../../../../wire/mesh/authority-settings.js';
import { clusterIdOf } from '../../../../wire/mesh/trust-domain.js';
import type { CaConfiguration, CaProviderState, CaRoot } from '../../../../wire/records.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { signIntermediate, type TrustedRoots } from '../../methods/mesh/connect-ca.js';
import type { Primary } from '../primary/primary.js';
import { type ProviderOptions, providerId, randomName, stateOf } from './builtin-provider.js';
import { type Author, AuthorityFailure, failure } from './log-writes.js';
import { forgetOtherKeys, judged, takeIn } from './roots.js';

export interface SecondaryOptions extends ProviderOptions {
  readonly primary: Primary;
}

/** Brings all of it in line with the roots of the primary datacenter. `first`: what this one begins with. */
export async function followRoots(
  options: SecondaryOptions,
  trusted: TrustedRoots,
  first: CaConfiguration,
): Promise<void> {
  const { reads, writes, now } = options;
  const active = activeOf(trusted);
  const ClusterID = clusterIdOf(trusted.trustDomain);
  if (ClusterID === '')
    throw failure(`the primary datacenter has the trust domain ${JSON.stringify(trusted.trustDomain)}`);
  if (reads.config?.ClusterID !== ClusterID) {
    const config = reads.config ?? first;
    judged(options, config);
    await writes.write('set-config', { Config: { ...config, ClusterID, ModifyIndex: 0 } });
  }
  const { config } = reads;
  if (config === undefined) throw failure('the configuration is gone');
  const settings = judged(options, config);
  const id = providerId(options, settings);
  const present = stateOf(reads, id);
  const isGood = present !== undefined && present.RootCert === active.RootCert && isFresh(options, present, now());
  const state = isGood ? present : await newIntermediate(options, settings, id, trusted);
  const Roots = rootsOf(options, trusted, state);
  if (!isSame(Roots, reads.state().value.roots)) {
    await writes.write('set-roots', { Index: reads.rootsIndex, Roots });
    // Roots that came too late are not stored, and nobody is told.
    if (reads.activeRoot?.ID !== active.ID) throw failure('the CA roots were changed by somebody else');
  }
  await forgetOtherKeys(options, id);
}

/** Takes a configuration in, with a new key where it asks for another one. */
export async function reconfigureIntermediate(
  options: SecondaryOptions,
  trusted: () => Promise<TrustedRoots>,
  wanted: CaConfiguration,
  author: Author,
): Promise<void> {
  const next = await takeIn(options, wanted, author);
  if (next === null) return;
  const { reads, writes } = options;
  const { config, settings } = next;
  const roots = await trusted();
  const id = providerId(options, settings);
  const state = await newIntermediate(options, settings, id, roots);
  const Roots = rootsOf(options, roots, state);
  await writes.write('set-roots-config', { Index: reads.rootsIndex, Roots, Config: config }, author);
  await forgetOtherKeys(options, id);
}

/** The certificate that signs, and those that lead on from it. */
export function isInPlace({ reads }: ProviderOptions, certificate: string): boolean {
  return reads.activeRoot?.IntermediateCerts?.includes(certificate) === true;
}

function activeOf({ roots }: TrustedRoots): CaRoot {
  const active = roots.find(({ Active }) => Active);
  if (active === undefined) throw failure('the primary datacenter has no CA root yet');
  return active;
}

/** It is renewed when half of its life is over. */
function isFresh(
  { certificates }: ProviderOptions,
  { IntermediateCert, PrivateKey }: CaProviderState,
  nowMs: number,
): boolean {
  if (IntermediateCert === '' || PrivateKey === '') return false;
  const { notBeforeMs, notAfterMs } = certificates.readCertificate(IntermediateCert);
  return nowMs < (notBeforeMs + notAfterMs) / 2;
}

/** Written down before it is used. */
async function newIntermediate(
  { certificates, writes, primary }: SecondaryOptions,
  { keyType, keyBits }: AuthoritySettings,
  ID: string,
  trusted: TrustedRoots,
): Promise<CaProviderState> {
  const { RootCert } = activeOf(trusted);
  const key = await certificates.makeKey(keyType, keyBits);
  const name = `sec-${randomName()}.consul.ca.${clusterIdOf(trusted.trustDomain).slice(0, 8)}.consul`;
  const request = await certificates.makeAuthorityRequest(key, name, trusted.trustDomain);
  const IntermediateCert = await primary.ask(signIntermediate, request);
  if (isRefusal(IntermediateCert)) throw new AuthorityFailure(IntermediateCert);
  if (!isOurs(certificates, IntermediateCert, key, RootCert)) {
    throw failure('the primary datacenter signed something else than was asked for, or by another root');
  }
  const PrivateKey = certificates.keyPem(key);
  const state = { ID, PrivateKey, RootCert, IntermediateCert, CreateIndex: 0, ModifyIndex: 0 };
  await writes.write('set-provider-state', { ProviderState: state });
  return state;
}

function isOurs(
  certificates: ProviderOptions['certificates'],
  pem: string,
  key: Parameters<ProviderOptions['certificates']['belongTogether']>[1],
  root: string,
): boolean {
  try {
    return certificates.belongTogether(pem, key) && certificates.isIssuedBy(pem, root);
  } catch {
    // It is no certificate.
    return false;
  }
}

/** The primary's roots, the active one with the certificate that leads to it from here. */
function rootsOf(
  { certificates, reads, now }: ProviderOptions,
  { roots }: TrustedRoots,
  state: CaProviderState,
): CaRoot[] {
  const { IntermediateCert } = state;
  const here = new Map(reads.state().value.roots.map((root) => [root.ID, root]));
  return roots.map((root): CaRoot => {
    const blank = { ...root, SigningCert: '', SigningKey: '', CreateIndex: 0, ModifyIndex: 0 };
    if (root.Active) {
      const IntermediateCerts = [IntermediateCert, ...(root.IntermediateCerts ?? [])];
      const SigningKeyID = certificates.rootFacts(IntermediateCert).keyId;
      return { ...blank, IntermediateCerts, SigningKeyID, RotatedOutAt: NO_TIME };
    }
    const before = here.get(root.ID);
    const RotatedOutAt = before === undefined || before.Active ? goTimeOf(now()) : before.RotatedOutAt;
    return { ...blank, RotatedOutAt };
  });
}

/** What everybody is shown of them, and which one signs. */
function isSame(wanted: readonly CaRoot[], present: readonly CaRoot[]): boolean {
  const said = ({ ID, Active, IntermediateCerts }: CaRoot) => JSON.stringify([ID, Active, IntermediateCerts ?? []]);
  const texts = new Set(present.map(said));
  return wanted.length === present.length && wanted.every((root) => texts.has(said(root)));
}
