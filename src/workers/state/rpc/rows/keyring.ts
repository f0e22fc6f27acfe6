// The row of Internal.KeyringOperation: what each pool of this datacenter answered.

import { decodeBase64 } from '../../../../gotext/base64.js';
import { list, objectOf } from '../../../../msgpack/collections.js';
import { bool, int, text, u8 } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { KeyringOperation } from '../../../../wire/gossip-pools.js';
import { refusal } from '../../methods/contract/refusal.js';
import { type KeyringReport, type KeyringRequest, keyringOperation } from '../../methods/operator/keyring.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds, unset } from './query-options.js';
import type { DirectRow, Row } from './row.js';

interface KeyringArguments extends QueryOptions {
  readonly Operation: string;
  /** Base64. */
  readonly Key: string;
  /** By another datacenter, which asks each of them itself. */
  readonly Forwarded: boolean;
  readonly LocalOnly: boolean;
  readonly RelayFactor: number;
}

interface Counts {
  readonly [key: string]: number;
}

interface PoolAnswer {
  readonly WAN: boolean;
  readonly Datacenter: string;
  readonly Segment: string;
  readonly Partition: string;
  readonly Messages: { readonly [node: string]: string } | null;
  readonly Keys: Counts | null;
  readonly PrimaryKeys: Counts | null;
  readonly NumNodes: number;
  readonly Error: string;
}

interface KeyringReply extends QueryMeta {
  readonly Responses: readonly PoolAnswer[] | null;
}

const OPERATIONS: ReadonlySet<string> = new Set<KeyringOperation>(['list', 'install', 'use', 'remove']);

function isOperation(operation: string): operation is KeyringOperation {
  return OPERATIONS.has(operation);
}

const operate: DirectRow<KeyringArguments, KeyringReply, KeyringRequest, readonly KeyringReport[]> = {
  kind: 'direct',
  method: keyringOperation,
  arguments: struct<KeyringArguments>({
    Datacenter: text,
    Operation: text,
    Key: text,
    Forwarded: bool,
    LocalOnly: bool,
    RelayFactor: u8,
    ...queryOptionKinds,
  }),
  reply: struct<KeyringReply>({
    Responses: list(
      struct<PoolAnswer>({
        WAN: bool,
        Datacenter: text,
        Segment: text,
        Partition: text,
        Messages: objectOf(text),
        Keys: objectOf(int),
        PrimaryKeys: objectOf(int),
        NumNodes: int,
        Error: text,
      }),
    ),
    ...queryMetaKinds,
  }),
  request({ Operation, Key, LocalOnly, RelayFactor, Forwarded }) {
    if (!isOperation(Operation)) return refusal('failed', `unknown keyring operation: ${Operation}`);
    const key = decodeBase64(Key);
    if (!key.ok) return refusal('failed', key.error);
    return {
      operation: Operation,
      key: key.value,
      relayFactor: RelayFactor,
      localOnly: LocalOnly,
      isForwarded: Forwarded,
    };
  },
  ask: ({ operation, key, relayFactor, localOnly, isForwarded }, options) => ({
    ...options,
    Operation: operation,
    Key: Buffer.from(key).toString('base64'),
    Forwarded: isForwarded,
    LocalOnly: localOnly,
    RelayFactor: relayFactor,
  }),
  show: (reports) => ({
    ...unset,
    Responses: reports.map(({ pool, datacenter, messages, keys, primaryKeys, numNodes, error }) => ({
      WAN: pool === 'wan',
      Datacenter: datacenter,
      Segment: '',
      Partition: '',
      Messages: messages,
      Keys: keys,
      PrimaryKeys: primaryKeys,
      NumNodes: numNodes,
      Error: error,
    })),
  }),
  value: ({ Responses }) =>
    (Responses ?? []).map(({ WAN, Datacenter, Messages, Keys, PrimaryKeys, NumNodes, Error: error }) => ({
      pool: WAN ? 'wan' : 'lan',
      datacenter: Datacenter,
      messages: Messages ?? {},
      keys: Keys ?? {},
      primaryKeys: PrimaryKeys ?? {},
      numNodes: NumNodes,
      error,
    })),
};

export const keyringRows: readonly Row[] = [operate];
