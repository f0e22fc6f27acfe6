// `meta.json` of a snapshot directory, in Consul's stock form (spec/raft.md, section 13): one line, keys in this order, so
// that either agent reads the other's snapshots.

import type { Configuration, PlacedConfiguration, Suffrage } from '../core/configuration.js';
import { encodePeers } from '../core/configuration-codec.js';
import { logIndex, ORIGIN, type Position, term } from '../core/entry.js';

export interface SnapshotDescription {
  /** The directory's name: `<term>-<index>-<unix ms>`. */
  readonly id: string;
  readonly position: Position;
  readonly configuration: PlacedConfiguration;
  /** Bytes of state.bin. */
  readonly size: number;
  /** CRC-64 of state.bin, eight bytes big-endian. */
  readonly crc: Uint8Array;
}

/** What there is before the first entry; it lies on no disk. */
export const ORIGIN_SNAPSHOT: SnapshotDescription = {
  id: '0-0-0',
  position: ORIGIN,
  configuration: { index: ORIGIN.index, configuration: { servers: [] } },
  size: 0,
  crc: new Uint8Array(8),
};

const SUFFRAGES: readonly Suffrage[] = ['voter', 'nonvoter', 'staging'];

export function renderMeta(snapshot: SnapshotDescription): string {
  return `${JSON.stringify({ ...metaOf(snapshot), CRC: Buffer.from(snapshot.crc).toString('base64') })}\n`;
}

/** As an archive holds it: that has checksums of its own. */
export function renderArchiveMeta(snapshot: SnapshotDescription): string {
  return `${JSON.stringify(metaOf(snapshot))}\n`;
}

function metaOf({ id, position, configuration, size }: SnapshotDescription) {
  const servers = configuration.configuration.servers.map(({ suffrage, id: serverId, address }) => ({
    Suffrage: SUFFRAGES.indexOf(suffrage),
    ID: serverId,
    Address: address,
  }));
  return {
    Version: 1,
    ID: id,
    Index: position.index,
    Term: position.term,
    Peers: Buffer.from(encodePeers(configuration.configuration)).toString('base64'),
    Configuration: { Servers: servers },
    ConfigurationIndex: configuration.index,
    Size: size,
  };
}

/** Answers what is wrong as a text. */
export function parseMeta(text: string): SnapshotDescription | string {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return `meta.json: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isRecord(raw)) return 'meta.json: not an object';
  const { Version, ID, Index, Term, ConfigurationIndex, Size, CRC } = raw;
  if (Version !== 1) return `meta.json: unsupported snapshot version ${String(Version)}`;
  if (!isCount(Index) || !isCount(Term) || !isCount(ConfigurationIndex) || !isCount(Size)) {
    return 'meta.json: Index, Term, ConfigurationIndex and Size must be numbers';
  }
  const crc = typeof CRC === 'string' ? Buffer.from(CRC, 'base64') : Buffer.alloc(0);
  const configuration = parseConfiguration(raw['Configuration']);
  if (typeof ID !== 'string' || crc.length !== 8 || configuration === null) {
    return 'meta.json: ID, CRC or Configuration is not readable';
  }
  return {
    id: ID,
    position: { index: logIndex(Index), term: term(Term) },
    configuration: { index: logIndex(ConfigurationIndex), configuration },
    size: Size,
    crc,
  };
}

function parseConfiguration(raw: unknown): Configuration | null {
  if (!isRecord(raw) || !Array.isArray(raw['Servers'])) return null;
  const servers = [];
  for (const server of raw['Servers'] as unknown[]) {
    if (!isRecord(server)) return null;
    const { Suffrage: suffrageCode, ID: id, Address: address } = server;
    const suffrage = SUFFRAGES[Number(suffrageCode)];
    if (suffrage === undefined || typeof id !== 'string' || typeof address !== 'string') return null;
    servers.push({ suffrage, id, address });
  }
  return { servers };
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
