// Tokens judged from this server's own store. A judgment is kept for as long as no token, policy or role has changed that it was
// made of, so that a request costs one look into a map.

import type { LinkedToken } from '../../../wire/acl/linked-token.js';
import type { AclPolicy, AclRole, AclToken } from '../../../wire/acl/records.js';
import { msOfGoTime } from '../../../wire/go-time.js';
import type { Authorizer } from '../acl/access.js';
import { compileRules } from '../acl/authorizer.js';
import { ANONYMOUS_ACCESSOR } from '../acl/denial.js';
import { isRefusal, refusal } from '../methods/contract/refusal.js';
import type { Judged, TokenResolver } from '../methods/contract/token-resolver.js';
import type { AclReads } from '../replica/store/read-api.js';
import { type GrantSettings, grantedBy, weightOf } from './granted.js';
import { KeptJudgments } from './kept-judgments.js';

/** What is read of the store. */
export type AclRows = Pick<AclReads, 'version' | 'aclToken' | 'aclPolicy' | 'aclRole' | 'bootstrapIndex'>;

export interface StoreTokensOptions extends GrantSettings {
  readonly rows: () => AclRows;
  /** What this server holds of the state may be shown: a leader was heard of. */
  readonly isReady: () => boolean;
  /** Tokens that are no records: null where it is none of them. */
  readonly own: (secret: string) => Authorizer | null;
  /** Who is asked about a token that isn't here; null: nobody knows more. */
  readonly elsewhere: TokenResolver | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Judgment extends LinkedToken {
  readonly weight: number;
  readonly judged: Judged;
  /** When the token ends, in milliseconds since 1970; infinite where it doesn't. */
  readonly endsMs: number;
  /** As far as which it is known to hold. */
  version: object;
}

/** Of a request without a token. */
const ANONYMOUS_SECRET = 'anonymous';
export const NOT_FOUND = refusal('denied', 'ACL not found');
/** Whoever sees it has a secret for another cluster, or forgot a step. */
const NOT_BOOTSTRAPPED = refusal(
  'denied',
  `ACL system must be bootstrapped before making any requests that require authorization: ${NOT_FOUND.text}`,
);
const NOT_READY = refusal('no-leader');

export class StoreTokens implements TokenResolver {
  readonly isOff = false;
  readonly #options: StoreTokensOptions;
  readonly #kept = new KeptJudgments<Judgment>();
  readonly #anonymous: Authorizer;

  constructor(options: StoreTokensOptions) {
    this.#options = options;
    const { defaultPolicy, listsKeysByRule } = options;
    this.#anonymous = compileRules([], { accessor: ANONYMOUS_ACCESSOR, defaultPolicy, listsKeysByRule });
  }

  resolve(secret: string): Judged | Promise<Judged> {
    const key = secret === '' ? ANONYMOUS_SECRET : secret;
    const known = this.#kept.get(key);
    if (known !== undefined && known.endsMs > this.#nowFor(known)) {
      const { version } = this.#options.rows();
      if (known.version === version) return known.judged;
      if (this.#stillHolds(key, known)) {
        known.version = version;
        return known.judged;
      }
    }
    this.#kept.delete(key);
    return this.#judge(key);
  }

  isLocal(secret: string): boolean {
    return this.#options.rows().aclToken(secret)?.Local === true;
  }

  /** The clock isn't asked for a token that never ends. */
  #nowFor({ endsMs }: Judgment): number {
    return endsMs === Number.POSITIVE_INFINITY ? 0 : this.#options.now();
  }

  /** Records never change: what is another object is another token, policy or role. */
  #stillHolds(secret: string, { token, roles, policies }: Judgment): boolean {
    const rows = this.#options.rows();
    if (rows.aclToken(secret) !== token) return false;
    const now = linked(rows, token);
    return isSame(now.roles, roles) && isSame(now.policies, policies);
  }

  #judge(secret: string): Judged | Promise<Judged> {
    const { rows, own, elsewhere, isReady, now } = this.#options;
    const token = rows().aclToken(secret);
    if (token === undefined) {
      // Without a copy of the tokens the primary datacenter says what anybody may do.
      if (secret === ANONYMOUS_SECRET && elsewhere === null) return this.#anonymous;
      const special = own(secret);
      if (special !== null) return special;
      if (!isReady()) return NOT_READY;
      if (elsewhere !== null) return elsewhere.resolve(secret);
      return rows().bootstrapIndex === 0 ? NOT_BOOTSTRAPPED : NOT_FOUND;
    }
    const endsMs = msOfGoTime(token.ExpirationTime) ?? Number.POSITIVE_INFINITY;
    if (endsMs <= now()) return NOT_FOUND;
    const found = linked(rows(), token);
    const judged = grantedBy(found, this.#options);
    if (!isRefusal(judged)) {
      this.#kept.set(secret, { ...found, judged, endsMs, version: rows().version, weight: weightOf(found) });
    }
    return judged;
  }
}

/** Links that lead nowhere are left out. */
function linked(rows: AclRows, token: AclToken): LinkedToken {
  const roles = (token.Roles ?? []).map(({ ID }) => rows.aclRole(ID).value).filter((role) => role !== null);
  const policies = new Set<AclPolicy>();
  for (const { Policies } of [token, ...roles]) {
    for (const { ID } of Policies ?? []) {
      const policy = rows.aclPolicy(ID).value;
      if (policy !== null) policies.add(policy);
    }
  }
  return { token, roles, policies: [...policies] };
}

function isSame<Row extends AclPolicy | AclRole>(now: readonly Row[], before: readonly Row[]): boolean {
  return now.length === before.length && now.every((row, i) => row === before[i]);
}
