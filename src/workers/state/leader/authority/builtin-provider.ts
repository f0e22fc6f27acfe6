// The builtin provider: its key and its root lie in the replicated state, under an ID that follows from what is configured, so
// that every leader finds them again, and another configuration has others.

import { createHash, randomInt } from 'node:crypto';
import type { PrivateKey, RootFacts, Signer } from '../../../../certificates/certificates.js';
import { goTimeOf, NO_TIME } from '../../../../wire/go-time.js';
import type { AuthoritySettings } from '../../../../wire/mesh/authority-settings.js';
import { trustDomainOf } from '../../../../wire/mesh/trust-domain.js';
import type { CaProviderState, CaRoot } from '../../../../wire/records.js';
import type { AuthorityReads } from '../../replica/store/read-api.js';
import type { LogWrites } from './log-writes.js';

export type Certificates = typeof import('../../../../certificates/certificates.js');

export interface ProviderOptions {
  readonly certificates: Certificates;
  readonly reads: AuthorityReads;
  readonly writes: LogWrites;
  /** Elsewhere what signs stands under the primary datacenter's root. */
  readonly isPrimary: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A root with its key, ready to sign. */
export interface ReadyProvider extends Signer {
  /** Of its state. */
  readonly id: string;
  readonly facts: RootFacts;
}

const DAY_MS = 24 * 3600_000;
/** A root that was signed by another one is good at least this long: by then everybody has the new one. */
const LEAST_CROSS_SIGNED_MS = 7 * DAY_MS;
const NAME_LETTERS = 8;
const LETTERS = 36;

/** As stock calls it, too: another server of the cluster that leads finds the same key. */
export function providerId(
  { isPrimary }: Pick<ProviderOptions, 'isPrimary'>,
  { privateKey, rootCert, keyType, keyBits }: AuthoritySettings,
): string {
  const parts = `${privateKey},${rootCert},${keyType},${keyBits},${isPrimary}`;
  const hash = createHash('sha256').update(parts).digest('hex');
  return (hash.match(/../g) ?? []).join(':');
}

/** The key and root of these settings: those that are there already, or new ones, written down before they are used. */
export async function readyProvider(
  options: ProviderOptions,
  settings: AuthoritySettings,
  clusterId: string,
): Promise<ReadyProvider> {
  const id = providerId(options, settings);
  const found = stateOf(options.reads, id);
  const state = found ?? (await begin(options, id));
  const { privateKey, root } = await keyAndRoot(options, settings, state, clusterId);
  const facts = options.certificates.rootFacts(root);
  return { id, ...options.certificates.signerOf(root, privateKey), facts };
}

/** By the state they were read from, which never changes. */
const signers = new WeakMap<CaProviderState, Signer>();

/** That of the settings which are in force; null where its key is not there. */
export function presentSigner(options: ProviderOptions, settings: AuthoritySettings): Signer | null {
  const { certificates, reads, isPrimary } = options;
  const state = stateOf(reads, providerId(options, settings));
  const certificate = isPrimary ? state?.RootCert : state?.IntermediateCert;
  if (state === undefined || !certificate || state.PrivateKey === '') return null;
  const known = signers.get(state) ?? certificates.signerOf(certificate, certificates.readKey(state.PrivateKey));
  signers.set(state, known);
  return known;
}

export function stateOf(reads: AuthorityReads, id: string): CaProviderState | undefined {
  return reads.providerStates().find(({ ID }) => ID === id);
}

async function begin({ reads, writes }: ProviderOptions, id: string): Promise<CaProviderState> {
  const empty = { ID: id, PrivateKey: '', RootCert: '', IntermediateCert: '', CreateIndex: 0, ModifyIndex: 0 };
  await writes.write('set-provider-state', { ProviderState: empty });
  return stateOf(reads, id) ?? empty;
}

async function keyAndRoot(
  options: ProviderOptions,
  settings: AuthoritySettings,
  state: CaProviderState,
  clusterId: string,
): Promise<{ readonly privateKey: PrivateKey; readonly root: string }> {
  const { certificates, writes } = options;
  if (state.PrivateKey !== '' && state.RootCert !== '') {
    return { privateKey: certificates.readKey(state.PrivateKey), root: state.RootCert };
  }
  const privateKey = await keyOf(certificates, settings);
  const root = settings.rootCert === '' ? await newRoot(options, settings, privateKey, clusterId) : settings.rootCert;
  const pem = settings.privateKey === '' ? certificates.keyPem(privateKey) : settings.privateKey;
  await writes.write('set-provider-state', { ProviderState: { ...state, PrivateKey: pem, RootCert: root } });
  return { privateKey, root };
}

function keyOf(certificates: Certificates, settings: AuthoritySettings): PrivateKey | Promise<PrivateKey> {
  const { privateKey, keyType, keyBits } = settings;
  return privateKey === '' ? certificates.makeKey(keyType, keyBits) : certificates.readKey(privateKey);
}

async function newRoot(
  { certificates, writes, now }: ProviderOptions,
  { rootTtlMs }: AuthoritySettings,
  key: PrivateKey,
  clusterId: string,
): Promise<string> {
  const serialNumber = await writes.nextSerial();
  const notBeforeMs = now();
  return certificates.makeRoot({
    key,
    serialNumber,
    name: `pri-${randomName()}.consul.ca.${clusterId.slice(0, 8)}.consul`,
    trustDomain: trustDomainOf(clusterId),
    notBeforeMs,
    notAfterMs: notBeforeMs + rootTtlMs,
  });
}

export function randomName(): string {
  return Array.from({ length: NAME_LETTERS }, () => randomInt(LETTERS).toString(LETTERS)).join('');
}

/** What is wrong with a given key or root; null: nothing. */
export function problemOfGiven(
  { certificates, now }: Pick<ProviderOptions, 'certificates' | 'now'>,
  { privateKey, rootCert }: AuthoritySettings,
): string | null {
  if (privateKey === '') return null;
  try {
    const key = certificates.readKey(privateKey);
    if (rootCert === '') return null;
    const { mayBeRoot, notAfterMs } = certificates.rootFacts(rootCert);
    if (!mayBeRoot) return 'the root certificate is not one of an authority';
    if (notAfterMs <= now()) return 'the root certificate has expired';
    return certificates.belongTogether(rootCert, key)
      ? null
      : 'the private key does not belong to the root certificate';
  } catch {
    // The library's text may have parts of the key in it.
    return 'the private key or the root certificate cannot be read';
  }
}

/** The root as a record, with what else its certificates need to be trusted by those who know only the root before it. */
export function rootRecord(
  { root, key, facts }: ReadyProvider,
  clusterId: string,
  intermediates: readonly string[],
): CaRoot {
  return {
    ID: facts.id,
    Name: 'Consul CA Primary Cert',
    SerialNumber:
      facts.serialNumber <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(facts.serialNumber) : facts.serialNumber,
    SigningKeyID: facts.keyId,
    ExternalTrustDomain: clusterId,
    NotBefore: goTimeOf(facts.notBeforeMs),
    NotAfter: goTimeOf(facts.notAfterMs),
    RootCert: root,
    IntermediateCerts: intermediates.length === 0 ? null : intermediates,
    SigningCert: '',
    SigningKey: '',
    Active: true,
    RotatedOutAt: NO_TIME,
    PrivateKeyType: key.type,
    PrivateKeyBits: key.bits,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

/** The new root, signed by the one before it, for as long as somebody may trust only that; null: nobody trusts that any more. */
export async function crossSigned(
  { certificates, writes, now }: ProviderOptions,
  next: ReadyProvider,
  before: Signer,
  leafTtlMs: number,
  clusterId: string,
): Promise<string | null> {
  const notBeforeMs = now();
  const { notAfterMs: endMs } = certificates.rootFacts(before.root);
  if (endMs <= notBeforeMs) return null;
  const wantedMs = notBeforeMs + Math.max(LEAST_CROSS_SIGNED_MS, 2 * leafTtlMs + DAY_MS);
  return certificates.crossSign(next.root, before, {
    serialNumber: await writes.nextSerial(),
    trustDomain: trustDomainOf(clusterId),
    notBeforeMs,
    notAfterMs: Math.min(wantedMs, endMs, next.facts.notAfterMs),
  });
}
