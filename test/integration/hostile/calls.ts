// Calls made from a place and a seed: what the row takes, with a hostile value in this place, and at times others elsewhere.

import type { Random } from '../../random.js';
import { nameOf, type Row, type Sample, type Target } from './rows.js';
import { hostileHeader, hostileLiteral, hostileText } from './values.js';

export interface Call {
  /** Where the hostile value stands. */
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer | null;
  /** It may wait for a change, or never end. */
  readonly mayWait: boolean;
}

/** Joins are tried with what needs no name service. */
const ADDRESSES = ['', '127.0.0.1:1', '[::1]:99999', '127.0.0.1:x', '%00', 'x'.repeat(300)];
/** The one read that isn't a GET. */
const ASKS_BY_BODY = '/v1/discovery-chain/';
const ANOTHER_PARAMETER = 0.4;
const ANOTHER_FIELD = 0.2;
const BROKEN_BYTE = 0.05;

/** The sample as JSON, with the values at some places replaced by texts. */
function render(sample: Sample, replaced: ReadonlyMap<string, (sample: Sample) => string>, at: string): string {
  const replacement = replaced.get(at);
  if (replacement !== undefined) return replacement(sample);
  if (typeof sample !== 'object' || sample === null) return JSON.stringify(sample);
  const members = Object.entries(sample).map(([name, member]): [string, string] => [
    name,
    render(member as Sample, replaced, `${at}.${name}`),
  ]);
  if (Array.isArray(sample)) return `[${members.map(([, text]) => text).join(',')}]`;
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function bodyOf({ row, place }: Target, random: Random): Buffer | null {
  if (!row.hasBody) return null;
  if (place.in === 'whole body' && random.chance(0.5)) return random.bytes(random.below(400));
  if (place.in === 'whole body') return Buffer.from(hostileLiteral(random, row.body));
  if (row.body === null) return Buffer.from('plain');
  const hostile = (sample: Sample): string => hostileLiteral(random, sample);
  const replaced = new Map<string, (sample: Sample) => string>();
  if (place.in === 'body') replaced.set(place.at, hostile);
  if (random.chance(ANOTHER_FIELD)) {
    const other = row.places[random.below(row.places.length)];
    if (other?.in === 'body' && other.at !== '') replaced.set(other.at, hostile);
  }
  const bytes = Buffer.from(render(row.body, replaced, ''));
  // Bytes that are no UTF-8, in the middle of it.
  if (place.in === 'body' && random.chance(BROKEN_BYTE)) bytes[random.below(bytes.length)] = 0xff;
  return bytes;
}

function restOf({ method, path }: Row, random: Random): string {
  if (path === '/v1/agent/join/') return ADDRESSES[random.below(ADDRESSES.length)] ?? '';
  // What is deleted is never what somebody else wrote.
  if (path === '/v1/kv/' && method !== 'GET') return `hostile/${hostileText(random)}`;
  return hostileText(random);
}

/** Also where the hostile value stands elsewhere, something has to stand here. */
function plainRest({ method, path }: Row, random: Random): string {
  if (path === '/v1/kv/' || path === '/v1/agent/join/') return restOf({ method, path } as Row, random);
  return random.chance(0.5) ? 'hostile-local' : hostileText(random);
}

export function hostileCall(target: Target, random: Random): Call {
  const { row, place } = target;
  const { method, path, parameters } = row;
  const rest = place.in === 'path' ? restOf(row, random) : plainRest(row, random);
  const query: string[] = [];
  const add = (name: string): void => {
    query.push(random.chance(0.1) ? name : `${name}=${hostileText(random)}`);
  };
  if (place.in === 'query') add(place.name);
  for (let left = 2; left > 0; left--) {
    const other = parameters[random.below(parameters.length)];
    if (other !== undefined && random.chance(ANOTHER_PARAMETER)) add(other);
  }
  const template = path.endsWith('/') ? `${path}*` : path;
  const whole = template.replace('*', () => rest) + (query.length === 0 ? '' : `?${query.join('&')}`);
  return {
    name: nameOf(target),
    method,
    // A raw blank or control character would end the request line.
    target: whole.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character)),
    headers: place.in === 'header' ? { [place.name]: hostileHeader(random) } : {},
    body: bodyOf(target, random),
    mayWait:
      ((method === 'GET' || path === ASKS_BY_BODY) && /[?&](index|hash)=/.test(whole)) ||
      /monitor|stream|\/debug\//.test(path),
  };
}

/** For a report. */
export function describeCall({ name, method, target, headers, body }: Call): string {
  const shown = body === null ? '' : ` ${body.subarray(0, 600).toString('latin1')} (${body.length} bytes)`;
  return `${name}: ${method} ${target.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)}${shown}`;
}
