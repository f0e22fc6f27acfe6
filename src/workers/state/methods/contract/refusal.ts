// Why a request is not carried out, as a value: a code from one table and the text that clients match on. The HTTP status,
// the RPC error text and the DNS rcode derive from the code (spec/rpc.md, "Errors as strings").

import type { Authorizer, Rule } from '../../acl/access.js';
import { denialText, PERMISSION_DENIED } from '../../acl/denial.js';

interface Row {
  /** Of HTTP. */
  readonly status: number;
  /** Of DNS; SERVFAIL unless said. */
  readonly rcode?: number;
  /** Where there is only one; else "". */
  readonly text: string;
}

const SERVFAIL = 2;

const TABLE = {
  /** The request itself is wrong: a missing name, a number that isn't one. */
  'bad-request': { status: 400, text: '' },
  'acls-off': { status: 401, text: 'ACL support disabled' },
  /** The token doesn't allow it. */
  denied: { status: 403, rcode: 5, text: PERMISSION_DENIED },
  'not-found': { status: 404, text: '' },
  /** A value that the log has no form for: a number beyond its field, nesting without end. */
  unencodable: { status: 400, text: '' },
  'too-large': { status: 413, text: '' },
  /** A rule of the server's refuses it, or the state does when the command is applied. */
  failed: { status: 500, text: '' },
  /** A server was asked, and no answer came. */
  unreachable: { status: 500, text: '' },
  'rate-limited': { status: 429, text: 'RPC rate limit exceeded' },
  /** Of this server's limits: another may have room. */
  'over-limit': { status: 429, text: 'rate limit exceeded, try again later or against a different server' },
  'no-servers': { status: 500, text: 'No known Consul servers' },
  'no-datacenter': { status: 500, text: 'No path to datacenter' },
  'no-leader': { status: 500, text: 'No cluster leader' },
  'not-ready': { status: 500, text: 'Not ready to serve consistent reads' },
  'leadership-lost': { status: 500, text: 'leadership lost while committing log' },
  restored: { status: 500, text: 'snapshot restored while committing log' },
  transferring: { status: 500, text: 'leadership transfer in progress' },
  stopping: { status: 500, text: 'No cluster leader' },
  'queue-full': {
    status: 503,
    text: 'rate limit exceeded for operation that can only be performed by the leader, try again later',
  },
} as const satisfies { readonly [code: string]: Row };

export type RefusalCode = keyof typeof TABLE;

export interface Refusal {
  readonly refused: RefusalCode;
  readonly text: string;
}

/** Without a text the code's own. */
export function refusal(refused: RefusalCode, text: string = TABLE[refused].text): Refusal {
  return { refused, text };
}

/** Why this is not for the asker; null: it is. `name`: "" where the rule concerns no single one. */
export function denial(authorizer: Authorizer, rule: Rule, name: string): Refusal | null {
  return rule === 'none' || authorizer.allows(rule, name)
    ? null
    : refusal('denied', denialText(authorizer, rule, name));
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** The HTTP status that tells it. */
export function statusOf({ refused }: Refusal): number {
  return TABLE[refused].status;
}

/** The DNS rcode that tells it. */
export function rcodeOf({ refused }: Refusal): number {
  const row: Row = TABLE[refused];
  return row.rcode ?? SERVFAIL;
}
