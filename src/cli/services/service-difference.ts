// What tells the services that files define from those that an agent has: which are new, which differ and in what, which are no longer
// defined. What `services sync` registered carries a mark, so that nothing else is ever removed; and a digest of the whole
// registration, since an agent doesn't show all of it again (docs/bulk.md).

import { createHash } from 'node:crypto';

/** Whose files a service comes from. */
export const SET_KEY = 'lictor-sync-set';
export const DIGEST_KEY = 'lictor-sync-digest';

interface Metadata {
  readonly [key: string]: string;
}

interface Sidecar {
  readonly Meta?: Metadata;
  readonly [field: string]: unknown;
}

/** As the API takes it. */
export interface Registration {
  readonly Name: string;
  readonly ID?: string;
  readonly Meta?: Metadata;
  readonly Connect?: { readonly SidecarService?: Sidecar | null; readonly [field: string]: unknown } | null;
  readonly [field: string]: unknown;
}

/** As the API shows it. */
export interface KnownService {
  readonly ID: string;
  readonly Service: string;
  readonly Meta: Metadata | null;
  readonly [field: string]: unknown;
}

export interface Wanted {
  readonly id: string;
  readonly name: string;
  /** ID of the sidecar proxy that comes along with it; null without one. */
  readonly sidecar: string | null;
  /** With its marks. */
  readonly body: Registration;
}

export interface Changed extends Wanted {
  /** Fields; `definition` for what the agent doesn't show. */
  readonly in: readonly string[];
}

export interface Difference {
  readonly added: readonly Wanted[];
  readonly changed: readonly Changed[];
  /** Of the set, and no longer defined; a sidecar proxy before its service, which would take it along. */
  readonly gone: readonly KnownService[];
  readonly unchanged: number;
}

/** What the agent makes a service's ID its sidecar proxy's with. */
const OF_SIDECAR = '-sidecar-proxy';

/** Fields that are always shown as they were given. */
const SHOWN = ['Address', 'Port', 'Tags'];

/** The same for equal values, in whatever order their fields were written. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${fields.join(',')}}`;
}

export function marked(registration: Registration, set: string): Wanted {
  const { Name: name, ID, Connect } = registration;
  const digest = createHash('sha256').update(canonical(registration)).digest('hex').slice(0, 32);
  const marks = { [SET_KEY]: set, [DIGEST_KEY]: digest };
  const id = ID === undefined || ID === '' ? name : ID;
  const body = { ...registration, Meta: { ...registration.Meta, ...marks } };
  const sidecar = Connect?.SidecarService ?? null;
  if (sidecar === null) return { id, name, sidecar: null, body };
  // Without metadata of its own it has its service's, marks and all.
  const SidecarService = sidecar.Meta === undefined ? sidecar : { ...sidecar, Meta: { ...sidecar.Meta, ...marks } };
  return { id, name, sidecar: `${id}${OF_SIDECAR}`, body: { ...body, Connect: { ...Connect, SidecarService } } };
}

function changesOf({ name, body }: Wanted, known: KnownService, hasSidecar: boolean): readonly string[] {
  const changes = name === known.Service ? [] : ['Name'];
  if (!hasSidecar) changes.push('Connect');
  for (const field of SHOWN) {
    // The catalog may have its own where the service lets it.
    if (field === 'Tags' && body['EnableTagOverride'] === true) continue;
    if (field in body && canonical(body[field]) !== canonical(known[field])) changes.push(field);
  }
  const meta = known.Meta ?? {};
  const isOther = (key: string): boolean => meta[key] !== body.Meta?.[key];
  if (Object.keys(body.Meta ?? {}).some((key) => key !== DIGEST_KEY && isOther(key))) changes.push('Meta');
  if (changes.length === 0 && isOther(DIGEST_KEY)) changes.push('definition');
  return changes;
}

export function differenceOf(
  wanted: readonly Wanted[],
  known: { readonly [id: string]: KnownService },
  set: string,
): Difference {
  const added: Wanted[] = [];
  const changed: Changed[] = [];
  const ids = new Set<string>();
  for (const one of wanted) {
    ids.add(one.id);
    if (one.sidecar !== null) ids.add(one.sidecar);
    const there = Object.hasOwn(known, one.id) ? known[one.id] : undefined;
    if (there === undefined) {
      added.push(one);
      continue;
    }
    const changes = changesOf(one, there, one.sidecar === null || Object.hasOwn(known, one.sidecar));
    if (changes.length > 0) changed.push({ ...one, in: changes });
  }
  const left = Object.values(known).filter(({ ID, Meta }) => Meta?.[SET_KEY] === set && !ids.has(ID));
  const gone = [...left.filter(isSidecar), ...left.filter((service) => !isSidecar(service))];
  return { added, changed, gone, unchanged: wanted.length - added.length - changed.length };
}

function isSidecar({ ID }: KnownService): boolean {
  return ID.endsWith(OF_SIDECAR);
}
