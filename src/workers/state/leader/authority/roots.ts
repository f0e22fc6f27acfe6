// The roots that everybody trusts: the one that signs, and those before it for as long as a certificate of theirs may be in use.
// They change together with the configuration they belong to, in one entry of the log, so that a leader that ends in the middle
// leaves the old ones or the new ones.

import type { Signer } from '../../../../certificates/certificates.js';
import { dynamicJson } from '../../../../gotext/json-encode.js';
import { goTimeOf, msOfGoTime } from '../../../../wire/go-time.js';
import { type AuthoritySettings, readSettings } from '../../../../wire/mesh/authority-settings.js';
import type { CaConfiguration, CaRoot } from '../../../../wire/records.js';
import { refusal } from '../../methods/contract/refusal.js';
import { STATE_IS_READ_ONLY } from '../../methods/mesh/connect-ca.js';
import {
  crossSigned,
  type ProviderOptions,
  presentSigner,
  problemOfGiven,
  providerId,
  type ReadyProvider,
  readyProvider,
  rootRecord,
} from './builtin-provider.js';
import { type Author, AuthorityFailure, failure, LEADER } from './log-writes.js';

const PROVIDER = 'consul';
/** A root that was replaced stays so many times as long as its certificates live. */
const KEPT_LIVES = 2;
/** Every agent holds all of them; who changes keys more often than this has certificates of all of them in use. */
const MOST_ROOTS = 64;

/** Of a stored configuration, which was judged when it came. */
export function settingsOf(config: CaConfiguration): AuthoritySettings {
  const settings = readSettings(config);
  if (typeof settings === 'string') throw failure(`error configuring provider: ${settings}`);
  return settings;
}

/** Brings the state in order when leadership begins: a configuration, a key, a root. `first`: what a new cluster begins with. */
export async function bringUp(options: ProviderOptions, first: CaConfiguration): Promise<void> {
  const { reads, writes } = options;
  if (reads.config === undefined) {
    judged(options, first);
    await writes.write('set-config', { Config: first });
  } else if (reads.config.ClusterID === '') {
    await writes.write('set-config', { Config: { ...reads.config, ClusterID: first.ClusterID } });
  }
  const config = reads.config;
  if (config === undefined) throw failure('the configuration is gone');
  if (config.Provider !== PROVIDER) throw unknownProvider(config.Provider);
  const settings = settingsOf(config);
  const provider = await readyProvider(options, settings, config.ClusterID);
  if (reads.activeRoot?.ID !== provider.facts.id) await putInPlace(options, provider, config, settings, null, LEADER);
  await forgetOtherKeys(options, provider.id);
}

/** A configuration that is to be put in place, with another key than the present one. */
export interface NextConfiguration {
  readonly config: CaConfiguration;
  readonly settings: AuthoritySettings;
  readonly present: CaConfiguration;
  /** null: nothing can be made of the present configuration. */
  readonly before: AuthoritySettings | null;
}

/** Takes a configuration in; what is left to do where that takes another key, else null. */
export async function takeIn(
  options: ProviderOptions,
  wanted: CaConfiguration,
  author: Author,
): Promise<NextConfiguration | null> {
  const { reads, writes } = options;
  const present = reads.config;
  const before = present === undefined ? null : settingsIn(present);
  // One that nothing can be made of, as another program may have left it, is there to be replaced.
  if (present === undefined || (before !== null && reads.activeRoot === undefined))
    throw failure('CA is uninitialized');
  if (!isSameState(wanted.State, present.State)) {
    throw new AuthorityFailure(refusal('bad-request', STATE_IS_READ_ONLY));
  }
  const settings = judged(options, wanted);
  if (wanted.ModifyIndex === 0 && dynamicJson(wanted.Config ?? {}) === dynamicJson(present.Config ?? {})) return null;
  const State = givenState(wanted) ?? present.State;
  const config = { ...wanted, ClusterID: present.ClusterID, State, CreateIndex: 0 };
  if (before !== null && providerId(options, settings) === providerId(options, before)) {
    await writes.write('set-config', { Config: config }, author);
    return null;
  }
  if (wanted.ModifyIndex !== 0 && wanted.ModifyIndex !== present.ModifyIndex) {
    throw failure('ModifyIndex did not match existing');
  }
  return { config: { ...config, ModifyIndex: present.ModifyIndex }, settings, present, before };
}

/** Takes a configuration in, with a new root where it asks for another one. */
export async function reconfigure(options: ProviderOptions, wanted: CaConfiguration, author: Author): Promise<void> {
  const next = await takeIn(options, wanted, author);
  if (next === null) return;
  const { reads } = options;
  const { config, settings, present, before } = next;
  if (reads.state().value.roots.length >= MOST_ROOTS) {
    throw failure(`there are ${MOST_ROOTS} CA roots already; old ones go when no certificate of theirs can be in use`);
  }
  const provider = await readyProvider(options, settings, present.ClusterID);
  const signer = before === null ? null : presentSigner(options, before);
  await putInPlace(options, provider, config, settings, signer, author);
  await forgetOtherKeys(options, provider.id);
}

/** `before`: who signs now, where it can sign the new root, too. */
async function putInPlace(
  options: ProviderOptions,
  provider: ReadyProvider,
  config: CaConfiguration,
  settings: AuthoritySettings,
  before: Signer | null,
  author: Author,
): Promise<void> {
  const { reads, writes, now } = options;
  const { ClusterID } = config;
  const cross = before && (await crossSigned(options, provider, before, settings.leafTtlMs, ClusterID));
  const root = rootRecord(provider, ClusterID, cross === null ? [] : [cross]);
  const others = reads.state().value.roots.filter(({ ID }) => ID !== root.ID);
  const Roots = [...others.map((one) => replaced(one, now())), root];
  await writes.write('set-roots-config', { Index: reads.rootsIndex, Roots, Config: config }, author);
  // Roots that came too late are not stored, and nobody is told.
  if (reads.activeRoot?.ID !== root.ID) throw failure('the CA roots were changed by somebody else');
}

function replaced(root: CaRoot, nowMs: number): CaRoot {
  return root.Active ? { ...root, Active: false, RotatedOutAt: goTimeOf(nowMs) } : root;
}

/** A key that signs no more is nobody's to have. */
export async function forgetOtherKeys({ reads, writes }: ProviderOptions, id: string): Promise<void> {
  for (const state of reads.providerStates()) {
    if (state.ID !== id) await writes.write('delete-provider-state', { ProviderState: { ...state, PrivateKey: '' } });
  }
}

/** Drops the roots of which no certificate can be in use any more. */
export async function dropOldRoots({ reads, writes, now }: ProviderOptions): Promise<void> {
  const { config } = reads;
  if (config === undefined) return;
  const keptMs = KEPT_LIVES * settingsOf(config).leafTtlMs;
  const { roots } = reads.state().value;
  const Roots = roots.filter(({ Active, RotatedOutAt }) => {
    const sinceMs = msOfGoTime(RotatedOutAt);
    return Active || sinceMs === null || now() - sinceMs <= keptMs;
  });
  if (Roots.length < roots.length) await writes.write('set-roots', { Index: reads.rootsIndex, Roots });
}

/** What the configuration says, once it is known that a provider can be made of it. Nothing is written before. */
export function judged(options: ProviderOptions, config: CaConfiguration): AuthoritySettings {
  if (config.Provider !== PROVIDER) throw unknownProvider(config.Provider);
  const settings = settingsOf(config);
  const problem = problemOfGiven(options, settings);
  if (problem !== null) throw failure(`error configuring provider: ${problem}`);
  return settings;
}

/**
 * What the provider is to say of itself. The builtin one has nothing to say, so clients that want to see their way through to it
 * and back give it `test_state` in its configuration. null: no texts by name.
 */
function givenState({ Config }: CaConfiguration): CaConfiguration['State'] {
  const given = Config?.['test_state'] ?? null;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
  const texts = Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return texts.length === Object.keys(given).length ? Object.fromEntries(texts) : null;
}

/** null: it is none of this provider's. */
function settingsIn(config: CaConfiguration): AuthoritySettings | null {
  const settings = config.Provider === PROVIDER ? readSettings(config) : null;
  return typeof settings === 'string' ? null : settings;
}

function unknownProvider(name: string): AuthorityFailure {
  return failure(`could not initialize provider: unknown CA provider ${JSON.stringify(name)}`);
}

function isSameState(wanted: CaConfiguration['State'], present: CaConfiguration['State']): boolean {
  return wanted === null || dynamicJson(wanted) === dynamicJson(present ?? {});
}
