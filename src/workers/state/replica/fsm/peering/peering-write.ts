// Peerings and the trust bundles of peers (spec/fsm.md, section 10): nothing here goes by them, they are kept for servers that do, so
// that what a stock leader writes is in the snapshots of its followers too.

import { CommandType, type PeeringCommand } from '../../../../../wire/commands.js';
import { keyPart } from '../../store/tables/table-key.js';
import type { Tables } from '../../store/tables/tables.js';
import type { Refusal } from '../refusals/refusal.js';
import {
  bytesOf,
  has,
  type Message,
  messageOf,
  numberOf,
  readMessage,
  textOf,
  withBytes,
  withFields,
  withNumber,
  writeMessage,
} from './message.js';
import { writeSecrets } from './secrets.js';

/** Fields of a peering. */
const ID = 1;
const NAME = 2;
const DELETED_AT = 4;
const STATE = 6;
const CA_PEMS = 8;
const SERVER_ADDRESSES = 10;
const CREATE_INDEX = 11;
const MODIFY_INDEX = 12;
const STREAM_STATUS = 13;

const PENDING = 1;
const DELETING = 5;
const TERMINATED = 6;

/** Fields of a trust bundle. */
const PEER_NAME = 2;
const ROOT_PEMS = 4;
const BUNDLE_CREATE_INDEX = 6;
const BUNDLE_MODIFY_INDEX = 7;

interface Stored {
  readonly key: string;
  readonly row: Uint8Array;
  readonly message: Message;
}

/** Names compare without regard to case. */
function byName(tables: Tables, name: string): Stored | null {
  const wanted = keyPart(name);
  for (const [key, row] of tables.peerings.rows.entries()) {
    const message = readMessage(row);
    if (keyPart(textOf(message, NAME)) === wanted) return { key, row, message };
  }
  return null;
}

function byId(tables: Tables, id: string): Stored | null {
  const key = keyPart(id);
  const row = tables.peerings.get(key);
  return row === undefined ? null : { key, row, message: readMessage(row) };
}

function isActive(peering: Message): boolean {
  return numberOf(peering, STATE) !== TERMINATED && !has(peering, DELETED_AT);
}

function isDialer(peering: Message): boolean {
  return has(peering, SERVER_ADDRESSES);
}

function store(tables: Tables, peering: Message, before: Stored | null): void {
  const { index } = tables.journal;
  const created = before === null ? index : numberOf(before.message, CREATE_INDEX);
  const row = withNumber(
    withNumber(withFields(peering, STREAM_STATUS, []), CREATE_INDEX, created),
    MODIFY_INDEX,
    index,
  );
  tables.peerings.set(keyPart(textOf(peering, ID)), writeMessage(row), before?.row);
  tables.index.raise('peering');
}

/** Deleting is done once, and what is deleted doesn't come back. */
function isDoneAlready(before: number, after: number): boolean {
  return (
    (before === DELETING && (after === DELETING || after === TERMINATED)) ||
    (before === TERMINATED && after === TERMINATED)
  );
}

function writePeering(tables: Tables, request: Message): Refusal {
  const given = messageOf(request, 1);
  const id = textOf(given, ID);
  if (id === '') return 'Missing Peering ID';
  if (textOf(given, NAME) === '') return 'Missing Peering Name';
  const known = byName(tables, textOf(given, NAME));
  if (known === null) {
    if (byId(tables, id) !== null) return `A peering already exists with the ID "${id}" and a different name`;
    if (!isActive(given)) return 'cannot create a new peering marked for deletion';
  } else {
    if (keyPart(id) !== known.key) return 'A peering already exists with another ID';
    if (isDialer(given) !== isDialer(known.message)) return 'Cannot switch peering dialing mode';
    const state = numberOf(known.message, STATE);
    if (isDoneAlready(state, numberOf(given, STATE))) return null;
    if (state === DELETING) return 'cannot write to peering that is marked for deletion';
  }
  const kept = known === null ? PENDING : numberOf(known.message, STATE);
  const peering = numberOf(given, STATE) === 0 ? withNumber(given, STATE, kept) : given;
  store(tables, peering, known);
  if (!isActive(peering)) {
    tables.peeringSecrets.delete(keyPart(id));
    return null;
  }
  return bytesOf(request, 2) === null ? null : writeSecrets(tables, messageOf(request, 2), isDialer(peering));
}

function deletePeering(tables: Tables, name: string): Refusal {
  const known = byName(tables, name);
  if (known === null) return null;
  if (!has(known.message, DELETED_AT)) return 'cannot delete a peering without first marking for deletion';
  tables.peerings.delete(known.key);
  tables.index.raise('peering');
  return null;
}

function terminate(tables: Tables, id: string): void {
  const known = byId(tables, id);
  if (known !== null) store(tables, withNumber(known.message, STATE, TERMINATED), known);
}

function writeTrustBundle(tables: Tables, given: Message): Refusal {
  const name = textOf(given, PEER_NAME);
  if (name === '') return 'missing peer name of a trust bundle';
  const key = keyPart(name);
  const before = tables.peeringTrustBundles.get(key);
  const { index } = tables.journal;
  const created = before === undefined ? index : numberOf(readMessage(before), BUNDLE_CREATE_INDEX);
  const bundle = withNumber(withNumber(given, BUNDLE_CREATE_INDEX, created), BUNDLE_MODIFY_INDEX, index);
  tables.peeringTrustBundles.set(key, writeMessage(bundle), before);
  tables.index.raise('peering-trust-bundles');
  const peering = byName(tables, name);
  if (peering !== null) store(tables, withBytes(peering.message, CA_PEMS, ...rootPems(bundle)), peering);
  return null;
}

/** Each ends with a new line. */
function rootPems(bundle: Message): readonly Uint8Array[] {
  const NEW_LINE = 0x0a;
  return bundle
    .filter(({ number }) => number === ROOT_PEMS)
    .map(({ content }) => (content.at(-1) === NEW_LINE ? content : Uint8Array.of(...content, NEW_LINE)));
}

function deleteTrustBundle(tables: Tables, name: string): void {
  if (tables.peeringTrustBundles.delete(keyPart(name))) tables.index.raise('peering-trust-bundles');
}

/** Throws for a body that is no message. */
export function applyPeering(tables: Tables, { type, body }: PeeringCommand): Refusal {
  const request = readMessage(body);
  switch (type) {
    case CommandType.peeringWrite:
      return writePeering(tables, request);
    case CommandType.peeringDelete:
      return deletePeering(tables, textOf(request, 1));
    case CommandType.peeringTerminate:
      terminate(tables, textOf(request, 1));
      return null;
    case CommandType.trustBundleWrite:
      return writeTrustBundle(tables, messageOf(request, 1));
    case CommandType.trustBundleDelete:
      deleteTrustBundle(tables, textOf(request, 1));
      return null;
    case CommandType.peeringSecretsWrite: {
      const peering = byId(tables, textOf(request, 1));
      return writeSecrets(tables, request, peering === null ? null : isDialer(peering.message));
    }
  }
}

export function peeringKey(row: Uint8Array): string {
  return keyPart(textOf(readMessage(row), ID));
}

export function trustBundleKey(row: Uint8Array): string {
  return keyPart(textOf(readMessage(row), PEER_NAME));
}
