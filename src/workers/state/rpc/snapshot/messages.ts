// What is said on a connection for a snapshot before and after the archive (spec/rpc.md, section 6).

import { bool, int, text } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import { type QueryMeta, queryMetaKinds } from '../rows/query-options.js';

/** The connection's first byte. */
export const SNAPSHOT = 5;

export const SAVE = 0;
export const RESTORE = 1;

export interface SnapshotRequest {
  readonly Datacenter: string;
  readonly Token: string;
  readonly AllowStale: boolean;
  readonly Op: number;
}

export interface SnapshotResponse extends QueryMeta {
  /** "": none. */
  readonly Error: string;
}

export const snapshotRequest = struct<SnapshotRequest>({ Datacenter: text, Token: text, AllowStale: bool, Op: int });

export const snapshotResponse = struct<SnapshotResponse>({ Error: text, ...queryMetaKinds });
