// The secrets of peerings (spec/fsm.md, section 10, "Peering secrets"): nothing here goes by them, they are kept for servers that do.

import { keyPart } from '../../store/tables/table-key.js';
import type { Tables } from '../../store/tables/tables.js';
import type { Refusal } from '../refusals/refusal.js';
import { bytesOf, has, type Message, messageOf, readMessage, textOf, withBytes, writeMessage } from './message.js';

/** Fields of the stored row. */
const PEER_ID = 1;
const ESTABLISHMENT = 2;
const STREAM = 3;
/** Fields of its parts. */
const SECRET_ID = 1;
const ACTIVE = 1;
const PENDING = 2;
/** Fields of a request, by what it asks for. */
const GENERATE_TOKEN = 2;
const EXCHANGE_SECRET = 3;
const PROMOTE_PENDING = 4;
const ESTABLISH = 5;

const IN_USE = 'peering secret is already in use, retry the operation';

interface Secrets {
  readonly establishment: string;
  readonly active: string;
  readonly pending: string;
}

const NONE: Secrets = { establishment: '', active: '', pending: '' };

function secretsOf(row: Uint8Array): Secrets {
  const message = readMessage(row);
  const stream = messageOf(message, STREAM);
  return {
    establishment: textOf(messageOf(message, ESTABLISHMENT), SECRET_ID),
    active: textOf(stream, ACTIVE),
    pending: textOf(stream, PENDING),
  };
}

function text(message: Message, number: number, value: string): Message {
  return value === '' ? message : withBytes(message, number, Buffer.from(value));
}

function rowOf(peerId: string, { establishment, active, pending }: Secrets): Uint8Array {
  let row: Message = withBytes([], PEER_ID, Buffer.from(peerId));
  if (establishment !== '') row = withBytes(row, ESTABLISHMENT, writeMessage(text([], SECRET_ID, establishment)));
  const stream = text(text([], ACTIVE, active), PENDING, pending);
  return writeMessage(stream.length === 0 ? row : withBytes(row, STREAM, writeMessage(stream)));
}

/** What is stored after the request; a text: why it can't be. */
function changed(before: Secrets, request: Message, isDialer: boolean): Secrets | string {
  if (has(request, ESTABLISH)) {
    if (!isDialer) return 'only the dialing side of a peering establishes it';
    return { ...NONE, active: textOf(messageOf(request, ESTABLISH), 1) };
  }
  if (isDialer) return 'the dialing side of a peering has no secrets but the one it was established with';
  if (has(request, GENERATE_TOKEN)) return { ...before, establishment: textOf(messageOf(request, GENERATE_TOKEN), 1) };
  if (has(request, EXCHANGE_SECRET)) {
    const exchange = messageOf(request, EXCHANGE_SECRET);
    const given = textOf(exchange, 1);
    if (given === '' || given !== before.establishment) return 'invalid establishment secret';
    return { ...before, establishment: '', pending: textOf(exchange, 2) };
  }
  if (has(request, PROMOTE_PENDING)) {
    const given = textOf(messageOf(request, PROMOTE_PENDING), 1);
    if (given === '' || given !== before.pending) return 'invalid pending stream secret';
    return { ...before, active: given, pending: '' };
  }
  return 'the request for peering secrets asks for nothing';
}

function values({ establishment, active, pending }: Secrets): readonly string[] {
  return [establishment, active, pending].filter((secret) => secret !== '');
}

/** Whether a secret of others is among these. */
function isInUse(tables: Tables, own: string, secrets: readonly string[]): boolean {
  if (secrets.length === 0) return false;
  for (const [key, row] of tables.peeringSecrets.rows.entries()) {
    if (key !== own && values(secretsOf(row)).some((secret) => secrets.includes(secret))) return true;
  }
  return false;
}

/** `isDialer`: of the peering, if there is one. */
export function writeSecrets(tables: Tables, request: Message, isDialer: boolean | null): Refusal {
  const peerId = textOf(request, PEER_ID);
  if (peerId === '') return 'missing peer ID of peering secrets';
  if (isDialer === null) return 'unknown peering of peering secrets';
  const key = keyPart(peerId);
  const stored = tables.peeringSecrets.get(key);
  const before = stored === undefined ? NONE : secretsOf(stored);
  const after = changed(before, request, isDialer);
  if (typeof after === 'string') return after;
  const known = values(before);
  const added = values(after).filter((secret) => !known.includes(secret));
  if (isInUse(tables, key, added)) return IN_USE;
  tables.peeringSecrets.set(key, rowOf(peerId, after), stored);
  return null;
}

export function secretsKey(row: Uint8Array): string {
  return keyPart(Buffer.from(bytesOf(readMessage(row), PEER_ID) ?? []).toString('utf8'));
}
