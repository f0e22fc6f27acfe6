// The fields that every read request and every reply to one has among its own (spec/rpc.md, section 4).

import { bool, int, text, u64 } from '../../../../msgpack/kinds.js';
import type { Uint64 } from '../../../../wire/uint64.js';
import type { ReadOrigin } from '../../calls/blocking-read.js';
import type { ReadSettings } from '../../calls/read-settings.js';
import type { WaitLimits } from '../server/method.js';

export interface QueryOptions {
  readonly Datacenter: string;
  readonly Token: string;
  readonly MinQueryIndex: Uint64;
  /** Nanoseconds. */
  readonly MaxQueryTime: number;
  readonly AllowStale: boolean;
  readonly RequireConsistent: boolean;
  readonly MaxStaleDuration: number;
  readonly Filter: string;
  readonly AllowNotModifiedResponse: boolean;
  readonly UseCache: boolean;
  readonly MaxAge: number;
  readonly MustRevalidate: boolean;
  readonly StaleIfError: number;
}

export const queryOptionKinds = {
  Token: text,
  MinQueryIndex: u64,
  MaxQueryTime: int,
  AllowStale: bool,
  RequireConsistent: bool,
  MaxStaleDuration: int,
  Filter: text,
  AllowNotModifiedResponse: bool,
  UseCache: bool,
  MaxAge: int,
  MustRevalidate: bool,
  StaleIfError: int,
} as const;

export interface QueryMeta {
  readonly Index: Uint64;
  /** Nanoseconds. */
  readonly LastContact: number;
  readonly KnownLeader: boolean;
  readonly ConsistencyLevel: string;
  readonly NotModified: boolean;
  readonly Backend: number;
  readonly ResultsFilteredByACLs: boolean;
}

export const queryMetaKinds = {
  Index: u64,
  LastContact: int,
  KnownLeader: bool,
  ConsistencyLevel: text,
  NotModified: bool,
  Backend: int,
  ResultsFilteredByACLs: bool,
} as const;

/** Of a reply that says nothing of where it comes from. */
export const unset: QueryMeta = {
  Index: 0,
  LastContact: 0,
  KnownLeader: false,
  ConsistencyLevel: '',
  NotModified: false,
  Backend: 0,
  ResultsFilteredByACLs: false,
};

const NANOS_PER_MS = 1_000_000;
/** Waits get up to a sixteenth more, so that clients that started together don't come back together. */
const JITTER = 16;

export function readSettings(options: QueryOptions, limits: WaitLimits): ReadSettings {
  const { MinQueryIndex, MaxQueryTime, AllowStale, RequireConsistent } = options;
  const asked = MaxQueryTime / NANOS_PER_MS;
  const waitMs = asked <= 0 ? limits.defaultQueryTimeMs : Math.min(asked, limits.maxQueryTimeMs);
  return {
    consistency: RequireConsistent ? 'consistent' : AllowStale ? 'stale' : 'default',
    minIndex: Number(MinQueryIndex),
    waitMs: waitMs + (Math.random() * waitMs) / JITTER,
    maxStaleMs: 0,
  };
}

/** What a caller asks of a server. */
export function optionsOf(settings: ReadSettings, datacenter: string, token: string): QueryOptions {
  const { consistency, minIndex, waitMs, maxStaleMs } = settings;
  return {
    Datacenter: datacenter,
    Token: token,
    MinQueryIndex: minIndex,
    MaxQueryTime: minIndex > 0 ? Math.round(waitMs) * NANOS_PER_MS : 0,
    AllowStale: consistency === 'stale',
    RequireConsistent: consistency === 'consistent',
    MaxStaleDuration: Math.round(maxStaleMs) * NANOS_PER_MS,
    Filter: '',
    AllowNotModifiedResponse: false,
    UseCache: false,
    MaxAge: 0,
    MustRevalidate: false,
    StaleIfError: 0,
  };
}

export function metaOf(index: number, { hasLeader, lastContactMs, isFiltered }: ReadOrigin): QueryMeta {
  return {
    Index: index,
    LastContact: Math.round(lastContactMs * NANOS_PER_MS),
    KnownLeader: hasLeader,
    ConsistencyLevel: '',
    NotModified: false,
    Backend: 0,
    ResultsFilteredByACLs: isFiltered === true,
  };
}

export function originOf({ KnownLeader, LastContact, ResultsFilteredByACLs }: QueryMeta): ReadOrigin {
  const origin = { hasLeader: KnownLeader, lastContactMs: LastContact / NANOS_PER_MS };
  return ResultsFilteredByACLs ? { ...origin, isFiltered: true } : origin;
}
