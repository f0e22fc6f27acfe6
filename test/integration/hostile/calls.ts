// Calls made from a row and a seed: mostly what the row takes, with a value or two of the hostile kind in it.

import type { Random } from '../../random.js';
import type { Row, Sample } from './rows.js';
import { hostileLiteral, hostileText } from './values.js';

export interface Call {
  readonly method: string;
  readonly target: string;
  readonly body: Buffer | null;
  /** It may wait for a change, or never end. */
  readonly mayWait: boolean;
}

const COMMON = [
  'dc',
  'datacenter',
  'token',
  'index',
  'wait',
  'stale',
  'consistent',
  'cached',
  'pretty',
  'max_stale',
  'hash',
  'ns',
];
/** Joins are tried with what needs no name service. */
const ADDRESSES = ['', '127.0.0.1:1', '[::1]:99999', '127.0.0.1:x', '%00', 'x'.repeat(300)];

function leaves(sample: Sample): number {
  if (typeof sample !== 'object' || sample === null) return 1;
  let count = 1;
  for (const member of Object.values(sample)) count += leaves(member);
  return count;
}

/** The sample as JSON, with some of its parts replaced by these texts; `parts` counts down to each. */
function render(sample: Sample, replaced: ReadonlyMap<number, string>, counter: { at: number }): string {
  const text = replaced.get(counter.at++);
  if (text !== undefined) return text;
  if (typeof sample !== 'object' || sample === null) return JSON.stringify(sample);
  if (Array.isArray(sample)) return `[${sample.map((item: Sample) => render(item, replaced, counter)).join(',')}]`;
  const members = Object.entries(sample).map(([name, member]) => `"${name}":${render(member, replaced, counter)}`);
  return `{${members.join(',')}}`;
}

function bodyOf({ body }: Row, random: Random): Buffer {
  const kind = random.below(20);
  if (kind === 0) return random.bytes(random.below(400));
  if (kind === 1 || body === null) return Buffer.from(hostileLiteral(random));
  const replaced = new Map<number, string>();
  const count = leaves(body);
  for (let left = 1 + random.below(2); left > 0; left--)
    replaced.set(1 + random.below(count - 1), hostileLiteral(random));
  const text = Buffer.from(render(body, replaced, { at: 0 }));
  // Bytes that are no UTF-8, in the middle of it.
  if (kind === 2) text[random.below(text.length)] = 0xff;
  return text;
}

function restOf({ method, path }: Row, random: Random): string {
  if (path === '/v1/agent/join/') return ADDRESSES[random.below(ADDRESSES.length)] ?? '';
  // What is deleted is never what somebody else wrote.
  if (path === '/v1/kv/' && method !== 'GET') return `hostile/${hostileText(random)}`;
  return hostileText(random);
}

export function hostileCall(row: Row, random: Random): Call {
  const { method, path } = row;
  let target = path.endsWith('/') && path !== '/ui/' ? path + restOf(row, random) : path;
  const names = [...COMMON, ...row.parameters, ...row.parameters];
  const query: string[] = [];
  for (let left = random.below(4); left > 0; left--) {
    const name = names[random.below(names.length)] ?? '';
    query.push(random.chance(0.1) ? name : `${name}=${hostileText(random)}`);
  }
  if (query.length > 0) target += `?${query.join('&')}`;
  const body = method === 'GET' || (method === 'DELETE' && row.body === null) ? null : bodyOf(row, random);
  const mayWait = /[?&](index|hash)=/.test(target) || /monitor|stream|\/debug\//.test(path);
  // A raw blank or control character would end the request line.
  return {
    method,
    target: target.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character)),
    body,
    mayWait,
  };
}

/** For a report. */
export function describeCall({ method, target, body }: Call): string {
  const shown = body === null ? '' : ` ${body.subarray(0, 600).toString('latin1')} (${body.length} bytes)`;
  return `${method} ${target.slice(0, 300)}${shown}`;
}
