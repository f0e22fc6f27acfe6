// What the configuration of the builtin provider says: texts and numbers as users wrote them, and what they must be.

import { formatDuration, parseDuration } from '../../gotext/duration.js';
import type { Dynamic } from '../../gotext/dynamic.js';

export interface AuthoritySettings {
  readonly leafTtlMs: number;
  /** Of what the root signs for other datacenters. */
  readonly intermediateTtlMs: number;
  readonly rootTtlMs: number;
  /** "": one is made. */
  readonly privateKey: string;
  readonly rootCert: string;
  readonly keyType: 'ec' | 'rsa';
  readonly keyBits: number;
  /** 0: no limit. */
  readonly requestsPerSecond: number;
  /** Takes the place of the other limit where it is more than 0. */
  readonly requestsAtOnce: number;
}

const NS_PER_MS = 1e6;
const HOUR = 3600e9;
const YEAR = 365 * 24 * HOUR;
const LEAF_TTL = '72h';
const INTERMEDIATE_TTL = '8760h';
const ROOT_TTL = '87600h';
const REQUESTS_PER_SECOND = 50;
const KEY_BITS: { readonly [type in 'ec' | 'rsa']: readonly [number, ...number[]] } = {
  ec: [256, 224, 384, 521],
  rsa: [2048, 4096],
};

/** What a cluster begins with, where nothing is configured. */
export const DEFAULT_CONFIG = {
  LeafCertTTL: LEAF_TTL,
  IntermediateCertTTL: INTERMEDIATE_TTL,
  RootCertTTL: ROOT_TTL,
} as const;

/** What is wrong with a setting. */
class BadSetting extends Error {}

type Settings = { readonly [name: string]: Dynamic };

function settingOf(settings: Settings, name: string): Dynamic {
  return Object.hasOwn(settings, name) ? (settings[name] ?? null) : null;
}

function text(settings: Settings, name: string): string {
  const value = settingOf(settings, name);
  if (value === null) return '';
  if (typeof value !== 'string') throw new BadSetting(`${name} must be a string`);
  return value;
}

function number(settings: Settings, name: string, otherwise: number): number {
  const value = settingOf(settings, name);
  if (value === null) return otherwise;
  const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof given !== 'number' && typeof given !== 'bigint') throw new BadSetting(`${name} must be a number`);
  if (!Number.isFinite(Number(given)) || given < 0)
    throw new BadSetting(`${name} must be a number that isn't negative`);
  return Number(given);
}

/** Nanoseconds; a number is one of those. */
function duration(settings: Settings, name: string, otherwise: string): number {
  const value = settingOf(settings, name) ?? otherwise;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') throw new BadSetting(`${name} must be a duration`);
  const parsed = parseDuration(value);
  if (!parsed.ok) throw new BadSetting(`${name}: ${parsed.error}`);
  return parsed.ns;
}

function keyOf(settings: Settings): Pick<AuthoritySettings, 'keyType' | 'keyBits'> {
  const keyType = text(settings, 'PrivateKeyType') || 'ec';
  if (keyType !== 'ec' && keyType !== 'rsa') throw new BadSetting("private key type must be either 'ec' or 'rsa'");
  const [usual, ...others] = KEY_BITS[keyType];
  const keyBits = number(settings, 'PrivateKeyBits', 0) || usual;
  if (keyBits !== usual && !others.includes(keyBits)) {
    const choices = [usual, ...others].sort((a, b) => a - b).join(', ');
    throw new BadSetting(`a private key of type ${keyType} must have one of these lengths: ${choices} bits`);
  }
  return { keyType, keyBits };
}

function lifetimes(settings: Settings): Pick<AuthoritySettings, 'leafTtlMs' | 'intermediateTtlMs' | 'rootTtlMs'> {
  const leaf = duration(settings, 'LeafCertTTL', LEAF_TTL);
  const intermediate = duration(settings, 'IntermediateCertTTL', INTERMEDIATE_TTL);
  const root = duration(settings, 'RootCertTTL', ROOT_TTL);
  if (leaf < HOUR) throw new BadSetting(`leaf cert TTL must be greater or equal than ${formatDuration(HOUR)}`);
  if (leaf > YEAR) throw new BadSetting(`leaf cert TTL must be less or equal than ${formatDuration(YEAR)}`);
  if (intermediate < 3 * leaf) {
    throw new BadSetting(`intermediate cert TTL must be greater or equal than ${formatDuration(3 * leaf)}`);
  }
  if (root <= intermediate) {
    throw new BadSetting(`root cert TTL must be greater than ${formatDuration(intermediate)}`);
  }
  return {
    leafTtlMs: leaf / NS_PER_MS,
    intermediateTtlMs: intermediate / NS_PER_MS,
    rootTtlMs: root / NS_PER_MS,
  };
}

/** Keys and certificates take a few kilobytes; all of it lies in the log, in snapshots, and in each server's memory. */
const MOST_CHARACTERS = 64 * 1024;

/** Whether there is more text in a value than that. */
function isTooLarge(value: Dynamic): boolean {
  const waiting: Dynamic[] = [value];
  let characters = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    characters += typeof next === 'string' ? next.length : 1;
    if (characters + waiting.length > MOST_CHARACTERS) return true;
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, member] of Object.entries(next)) {
      characters += key.length;
      waiting.push(member);
    }
  }
  return false;
}

/** A text where something in it can't be. */
export function readSettings({ Config }: { readonly Config: Settings | null }): AuthoritySettings | string {
  const settings = Config ?? {};
  if (isTooLarge(settings)) return `the configuration has more than ${MOST_CHARACTERS} characters`;
  try {
    const privateKey = text(settings, 'PrivateKey');
    const rootCert = text(settings, 'RootCert');
    if (rootCert !== '' && privateKey === '') {
      throw new BadSetting('must provide a private key when providing a root cert');
    }
    return {
      ...lifetimes(settings),
      ...keyOf(settings),
      privateKey,
      rootCert,
      requestsPerSecond: number(settings, 'CSRMaxPerSecond', REQUESTS_PER_SECOND),
      requestsAtOnce: Math.floor(number(settings, 'CSRMaxConcurrent', 0)),
    };
  } catch (error) {
    if (error instanceof BadSetting) return error.message;
    throw error;
  }
}
