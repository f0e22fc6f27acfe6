// The order of record types in a snapshot stream, and what is known of each (spec/fsm.md, section 13). Types that this
// version does not interpret are kept as bytes and written back in their place.

/** As written by stock servers; readers accept any order. */
export const RECORD_ORDER = [
  32, 33, 0, 6, 3, 17, 19, 23, 25, 27, 2, 5, 7, 9, 12, 13, 14, 15, 22, 30, 31, 16, 35, 38, 40, 42, 29,
] as const;

/** Always there and always last: commands that arrived in part. */
export const CHUNKING_STATE = 29;

const KNOWN: ReadonlySet<number> = new Set(RECORD_ORDER);
const FIRST_ENTERPRISE_TYPE = 64;

/** Why a snapshot can't be restored. */
export class SnapshotError extends Error {
  readonly code: 'unknown-type' | 'truncated' | 'malformed';

  constructor(code: 'unknown-type' | 'truncated' | 'malformed', text: string) {
    super(text);
    this.name = 'SnapshotError';
    this.code = code;
  }
}

/** Throws for a record type that no snapshot of this edition holds. */
export function checkRecordType(type: number): void {
  if (KNOWN.has(type)) return;
  if (type < FIRST_ENTERPRISE_TYPE) throw new SnapshotError('unknown-type', `Unrecognized msg type ${type}`);
  const text = `msg type <${type}> is a Consul Enterprise log entry. Consul CE cannot restore it`;
  throw new SnapshotError('unknown-type', text);
}

/** Keys of the index table that name tables: the highest of their values is the stream's LastIndex. */
export const INDEXED_TABLES: readonly string[] = [
  'acl-auth-methods',
  'acl-binding-rules',
  'acl-policies',
  'acl-roles',
  'acl-tokens',
  'checks',
  'config-entries',
  'connect-ca-builtin',
  'connect-ca-config',
  'connect-ca-roots',
  'connect-intentions',
  'coordinates',
  'federation-states',
  'gateway-services',
  'kvs',
  'mesh-topology',
  'nodes',
  'peering',
  'peering-trust-bundles',
  'prepared-queries',
  'service-virtual-ips',
  'services',
  'sessions',
  'system-metadata',
  'tombstones',
];
