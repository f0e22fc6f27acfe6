// Calls as stock agents made and answered them: the bytes of arguments and replies (spec/rpc.md, section 11).

import type { Row } from '../../../../../src/workers/state/rpc/rows/row.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { readJson } from '../../../../data.js';

interface Message {
  /** Left out where it is long. */
  readonly body_hex?: string;
  readonly header: { readonly Error?: string };
}

interface Call {
  readonly label: string;
  readonly method: string;
  readonly request: Message;
  readonly response: Message;
}

export interface RecordedCall {
  readonly name: string;
  readonly row: Row;
  readonly request: Uint8Array | null;
  /** null where it was refused. */
  readonly reply: Uint8Array | null;
}

const FILES = [
  'status',
  'catalog',
  'connect',
  'health',
  'kv',
  'session',
  'config',
  'coordinate',
  'txn',
  'query',
  'internal',
  'operator',
  'acl',
  'wan',
  'agent-start',
  'blocking',
  'dns',
];

const byName = new Map(rpcRows.map((row) => [row.method.name, row]));

function bytes({ body_hex, header }: Message): Uint8Array | null {
  return body_hex === undefined || (header.Error ?? '') !== '' ? null : Buffer.from(body_hex, 'hex');
}

/** Of the methods that there are. */
export function recordedCalls(): readonly RecordedCall[] {
  return FILES.flatMap((file) =>
    (readJson(`rpc/${file}.json`) as readonly Call[]).flatMap(({ label, method, request, response }) => {
      const row = byName.get(method);
      if (row === undefined) return [];
      return [{ name: `${file}: ${label}, ${method}`, row, request: bytes(request), reply: bytes(response) }];
    }),
  );
}
