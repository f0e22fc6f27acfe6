// Config entries as msgpack (spec/fsm.md, section 5): the kinds made of their tables, and the request that stands in the log,
// in snapshots and in calls as one raw value with two values inside, the entry's kind and a map.

import { MAX_NESTING } from '../gotext/nesting.js';
import type { ConfigEntryRequest } from '../wire/commands.js';
import {
  type ConfigEntry,
  type EntryKind,
  type EntryTable,
  emptyEntry,
  entryTable,
} from '../wire/config-entries/entries.js';
import type { Fields, Form } from '../wire/config-entries/forms.js';
import { list, objectOf } from './collections.js';
import { DecodeError } from './errors.js';
import { inRaw } from './in-raw.js';
import { any, bool, float32, int, type Kind, nullable, text, u32, u64, uint } from './kinds.js';
import { MAX_MESSAGE_BYTES } from './limits.js';
import { MsgpackReader } from './reader.js';
import { struct } from './struct.js';
import { utcTime } from './time.js';

type AnyKind = Kind<unknown>;

/** As many elements as the reader's limits let through. */
const UNLIMITED = Number.POSITIVE_INFINITY;

const serviceName = struct<{ readonly Name: string }>({ Name: text });

/** A map whose keys are structs with a service's name; here the names are the keys. */
function byService<T>(of: Kind<T>): Kind<{ readonly [key: string]: T } | null> {
  return {
    ...objectOf(of, UNLIMITED),
    write(writer, value) {
      if (value === null) {
        writer.nil();
        return;
      }
      const pairs = Object.entries(value);
      writer.map(pairs.length);
      for (const [Name, element] of pairs) {
        serviceName.write(writer, { Name });
        of.write(writer, element);
      }
    },
    read(reader) {
      const length = reader.map();
      if (length === null) return null;
      const pairs = new Map<string, T>();
      for (let i = 0; i < length && reader.problem === null; i += 1) {
        const { Name } = serviceName.read(reader);
        pairs.set(Name, of.read(reader));
      }
      return Object.fromEntries(pairs);
    },
  };
}

const forms = new Map<Form<unknown>['shape'], AnyKind>();

/** The kind of what a form describes. */
export function formKind<T>(form: Form<T>): Kind<T> {
  let kind = forms.get(form.shape);
  if (kind === undefined) {
    kind = makeKind(form);
    forms.set(form.shape, kind);
  }
  return kind as Kind<T>;
}

function makeKind({ shape }: Form<unknown>): AnyKind {
  switch (shape.is) {
    case 'text':
      return text as AnyKind;
    case 'bool':
      return bool as AnyKind;
    case 'int':
    case 'duration':
      return int as AnyKind;
    case 'uint32':
      return u32 as AnyKind;
    case 'uint':
      return uint as AnyKind;
    case 'uint64':
      return u64 as AnyKind;
    case 'float32':
      return float32 as AnyKind;
    case 'dynamic':
      return any as AnyKind;
    case 'time':
      return utcTime as AnyKind;
    case 'pointer':
      return nullable(formKind(shape.to)) as AnyKind;
    case 'list':
      return list(formKind(shape.of), UNLIMITED) as AnyKind;
    case 'map':
      return (
        shape.keys === 'text' ? objectOf(formKind(shape.of), UNLIMITED) : byService(formKind(shape.of))
      ) as AnyKind;
    case 'struct':
      return structOf(shape.fields, new Set()) as AnyKind;
  }
}

type Members = { readonly [name: string]: unknown };

function structOf(fields: Fields, unwritten: ReadonlySet<string>): Kind<Members> {
  const written = Object.entries(fields).filter(([name]) => !unwritten.has(name));
  return struct<Members>(Object.fromEntries(written.map(([name, form]) => [name, formKind(form)])));
}

function makeEntryKind({ kind, form, unwritten }: EntryTable): Kind<ConfigEntry> {
  if (form.shape.is !== 'struct') throw new Error(`the table of ${kind} is no struct`);
  const members = structOf(form.shape.fields, unwritten);
  // What the wire form lacks is known from where it stands; what it says of its kind may be empty.
  const known = unwritten.has('Name') ? { Kind: kind, Name: kind } : { Kind: kind };
  const { zero } = form;
  const entry: Kind<ConfigEntry> = {
    zero: { ...zero, ...known } as ConfigEntry,
    isEmpty: () => false,
    // The union of all kinds has no common index signature; the table of its kind knows each of its members.
    write: (writer, value) => members.write(writer, value as unknown as Members),
    read: (reader) => ({ ...zero, ...members.read(reader), ...known }) as ConfigEntry,
  };
  return kind === 'proxy-defaults' ? inRaw(entry) : entry;
}

const entryKinds = new Map<string, Kind<ConfigEntry>>();

/** How entries of a kind are written and read. */
export function entryKind(kind: EntryKind): Kind<ConfigEntry> {
  let known = entryKinds.get(kind);
  if (known === undefined) {
    known = makeEntryKind(entryTable(kind) as EntryTable);
    entryKinds.set(kind, known);
  }
  return known;
}

interface RequestMap {
  readonly Datacenter: string;
  readonly Entry: ConfigEntry;
  readonly Op: string;
  readonly Token: string;
}

const requestMaps = new Map<EntryKind, Kind<RequestMap>>();

function requestMap(kind: EntryKind): Kind<RequestMap> {
  let known = requestMaps.get(kind);
  if (known === undefined) {
    known = struct<RequestMap>({ Datacenter: text, Entry: entryKind(kind), Op: text, Token: text });
    requestMaps.set(kind, known);
  }
  return known;
}

/** Reads a kind's name and knows the kind; null, and the reader's problem, where there is none of that name. */
export function readKindName(reader: MsgpackReader): EntryKind | null {
  const table = entryTable(reader.text());
  if (table === undefined) reader.fail();
  return table?.kind ?? null;
}

const EMPTY_REQUEST: ConfigEntryRequest = {
  Datacenter: '',
  Token: '',
  Op: '',
  Entry: emptyEntry('service-defaults', ''),
};

function requestOf(entryOf: (entry: ConfigEntry) => object): Kind<ConfigEntryRequest> {
  return inRaw({
    zero: EMPTY_REQUEST,
    isEmpty: () => false,
    write(writer, request) {
      const { Kind: kind } = request.Entry;
      writer.text(kind);
      requestMap(kind).write(writer, { ...request, Entry: entryOf(request.Entry) as ConfigEntry });
    },
    read(reader) {
      const kind = readKindName(reader);
      return kind === null ? EMPTY_REQUEST : requestMap(kind).read(reader);
    },
  });
}

/** The body of a command, and of the call that writes an entry. */
export const configEntryRequest = requestOf((entry) => entry);

/** The same as agents ask for a deletion: the entry itself doesn't say of which kind it is. */
export const configEntryDeletion = requestOf((entry) => ({ ...entry, Kind: '' }));

/** What is in the log and in snapshots was accepted once. */
const LOG_LIMITS = { bytes: MAX_MESSAGE_BYTES, elements: UNLIMITED, depth: MAX_NESTING };

/** The value at `offset` of the log or a snapshot, and where it ends. Throws {@link DecodeError}. */
export function decodeLogged<T>(kind: Kind<T>, bytes: Uint8Array, offset: number): { value: T; next: number } {
  const reader = new MsgpackReader(bytes, offset, LOG_LIMITS);
  const value = kind.read(reader);
  if (reader.problem !== null) throw new DecodeError(reader.problem, reader.offset, reader.place);
  return { value, next: reader.offset };
}

/** The request at `offset`, and where it ends. Throws {@link DecodeError}. */
export function decodeEntryRequest(bytes: Uint8Array, offset: number): { request: ConfigEntryRequest; next: number } {
  const { value, next } = decodeLogged(configEntryRequest, bytes, offset);
  return { request: value, next };
}
