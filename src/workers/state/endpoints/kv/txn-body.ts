// The body of PUT /v1/txn: a list of operations, each of one kind (spec/fsm.md, sections 3 and 9).

import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { bytes, index, list, map, pointer, string, uint64 } from '../../../../gotext/json-kinds.js';
import { quote } from '../../../../gotext/quote.js';
import type { TxnOperation } from '../../../../wire/commands.js';
import { withDefaultPort } from '../../../../wire/service-ports.js';
import { checkBody, localityBody, serviceBody } from '../../records/bodies.js';
import { keyNameProblem } from '../../records/key-name.js';

const kvOperation = struct('TxnKVOp', {
  Verb: string,
  Key: string,
  Value: bytes,
  Flags: uint64,
  Index: uint64,
  Session: string,
});

const nodeBody = struct('Node', {
  ID: string,
  Node: string,
  Address: string,
  Datacenter: string,
  TaggedAddresses: map(string),
  Meta: map(string),
  PeerName: string,
  Locality: pointer(localityBody),
  CreateIndex: index,
  ModifyIndex: index,
});

const operation = struct('TxnOp', {
  KV: pointer(kvOperation),
  Node: pointer(struct('TxnNodeOp', { Verb: string, Node: nodeBody })),
  Service: pointer(struct('TxnServiceOp', { Verb: string, Node: string, Service: serviceBody })),
  Check: pointer(struct('TxnCheckOp', { Verb: string, Check: checkBody })),
});

export const txnBody = list(operation);
type Given = DecodedBy<typeof operation>;

const NONE: TxnOperation = { KV: null, Node: null, Service: null, Check: null, Session: null, Intention: null };

/** The refusal of a value longer than `limit` bytes; null when there is none. */
export function oversizedValue(operations: readonly Given[], limit: number): string | null {
  const large = operations.find(({ KV }) => (KV?.Value?.length ?? 0) > limit)?.KV;
  if (!large) return null;
  return `Value for key ${quote(large.Key)} is too large (${large.Value?.length} > ${limit} bytes)`;
}

/** What a key comes to be by. */
const WRITES_KEY = new Set(['set', 'cas', 'lock', 'unlock']);

/** The refusal of a key that isn't to have its name; null when there is none. */
export function badKeyName(operations: readonly Given[]): string | null {
  for (const { KV } of operations) {
    const problem = KV && WRITES_KEY.has(KV.Verb) ? keyNameProblem(KV.Key) : null;
    if (problem !== null) return problem;
  }
  return null;
}

/** The operation as the log has it; null for an element that names no operation. */
export function txnOperation(given: Given, datacenter: string): TxnOperation | null {
  const { KV, Node, Service, Check } = given;
  if (KV) {
    const { Verb, Key, Value, Flags, Index, Session } = KV;
    const DirEnt = { Key, Value, Flags, Session, LockIndex: 0, CreateIndex: 0, ModifyIndex: Index };
    return { ...NONE, KV: { Verb, DirEnt } };
  }
  if (Node) {
    const record = { Partition: '', ...Node.Node, Datacenter: Node.Node.Datacenter || datacenter };
    return { ...NONE, Node: { Verb: Node.Verb, Node: record } };
  }
  if (Service) {
    const connect = { Native: Service.Service.Connect.Native, PeerMeta: null, SidecarService: null };
    const record = withDefaultPort({ LocallyRegisteredAsSidecar: false, ...Service.Service, Connect: connect });
    return { ...NONE, Service: { Verb: Service.Verb, Node: Service.Node, Service: record } };
  }
  return Check ? { ...NONE, Check } : null;
}
