// Who logs in on this leader: the auth method's verifier says who it is, its binding rules what that gives, and the log gets a
// token of it. What a verifier needs is loaded with the first login.

import { randomUUID } from 'node:crypto';
import { mapJson, quoteJson } from '../../../../gotext/json-encode.js';
import { quote } from '../../../../gotext/quote.js';
import { hashOfToken } from '../../../../wire/acl/hashes.js';
import type { AclAuthMethod, AclLink, AclToken } from '../../../../wire/acl/records.js';
import { CommandType } from '../../../../wire/commands.js';
import { goTimeOf } from '../../../../wire/go-time.js';
import type { Identity } from '../../acl/auth-methods/identity.js';
import type { Verifiers } from '../../acl/auth-methods/verifiers.js';
import { type Bindable, type Bound, bind, grantsNothing } from '../../acl/binding/binding-rules.js';
import { policyTemplate, takesName } from '../../acl/policies/templates.js';
import { givesGlobalTokens, readAuthMethod } from '../../methods/acl/auth-methods.js';
import { logIn } from '../../methods/acl/login.js';
import type { LoginAttempt, Logins } from '../../methods/contract/logins.js';
import { isRefusal, type Refusal, refusal } from '../../methods/contract/refusal.js';
import type { Consensus } from '../../replica/consensus.js';
import type { AclReads } from '../../replica/store/read-api.js';
import { turns } from '../../turns/turns.js';
import type { Primary } from '../primary/primary.js';

export interface LoginOptions {
  readonly datacenter: string;
  readonly acl: AclReads;
  readonly consensus: Pick<Consensus, 'propose'>;
  /** Where tokens are made that count in all datacenters; null: here. */
  readonly primary: Primary | null;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Each holds a bearer token of up to 64 KiB while somebody else's server is asked about it. */
const MAX_PENDING = 256;
const NS_PER_MS = 1e6;

export class LeaderLogins implements Logins {
  readonly #options: LoginOptions;
  readonly #now: () => number;
  #verifiers: Promise<Verifiers> | null = null;
  #pending = 0;

  constructor(options: LoginOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async logIn(attempt: LoginAttempt): Promise<AclToken | Refusal> {
    if (this.#pending >= MAX_PENDING) return refusal('over-limit');
    this.#pending += 1;
    try {
      return await this.#logIn(attempt);
    } finally {
      this.#pending -= 1;
    }
  }

  async #logIn(attempt: LoginAttempt): Promise<AclToken | Refusal> {
    const { authMethod, bearerToken, meta } = attempt;
    const { acl, primary } = this.#options;
    const method = acl.authMethod(authMethod).value;
    if (primary !== null && (method === null || givesGlobalTokens(method))) return logInThere(primary, attempt);
    if (method === null) return noSuchMethod(authMethod);
    const made = (await this.#ready()).of(method);
    if (!made.ok) return refusal('failed', made.error);
    const verified = await made.value.verify(bearerToken, this.#now());
    if (!verified.ok) return refusal('failed', verified.error);
    const bound = await this.#bound(method, verified.value);
    if (isRefusal(bound)) return bound;
    // Others may have changed it while somebody was asked.
    const isSame = acl.authMethod(authMethod).value?.ModifyIndex === method.ModifyIndex;
    if (!isSame) return refusal('failed', `auth method ${quote(authMethod)} was changed during the login`);
    const suffix = meta === null || Object.keys(meta).length === 0 ? '' : `: ${mapJson(meta, quoteJson)}`;
    return this.#write(this.#token(method, bound, `token created via login${suffix}`));
  }

  async #bound(method: AclAuthMethod, identity: Identity): Promise<Bound | Refusal> {
    const { acl } = this.#options;
    const { value: rules } = acl.bindingRules(method.Name);
    const bound = await turns.finished(bind(rules, identity, this.#bindable()));
    if (!bound.ok) return refusal('failed', bound.error);
    return grantsNothing(bound.value) ? refusal('denied') : bound.value;
  }

  #bindable(): Bindable {
    const { acl, datacenter } = this.#options;
    return {
      datacenter,
      role: (name) => linkTo(acl.aclRoleByName(name).value),
      policy: (name) => linkTo(acl.aclPolicyByName(name).value),
      template: (name) => {
        const known = policyTemplate(name);
        return known === undefined ? null : { id: known.TemplateID, takesName: takesName(known) };
      },
    };
  }

  #token({ Name, MaxTokenTTL, TokenLocality }: AclAuthMethod, bound: Bound, Description: string): AclToken {
    const nowMs = this.#now();
    const token: AclToken = {
      AccessorID: randomUUID(),
      SecretID: randomUUID(),
      Description,
      ...bound,
      Local: TokenLocality !== 'global',
      AuthMethod: Name,
      ExpirationTTL: 0,
      ExpirationTime: MaxTokenTTL === 0 ? null : goTimeOf(nowMs + MaxTokenTTL / NS_PER_MS),
      CreateTime: goTimeOf(nowMs),
      Hash: null,
      CreateIndex: 0,
      ModifyIndex: 0,
    };
    return { ...token, Hash: hashOfToken(token) };
  }

  async #write(token: AclToken): Promise<AclToken | Refusal> {
    const outcome = await this.#options.consensus.propose({
      type: CommandType.aclTokenSet,
      body: {
        Tokens: [token],
        CAS: false,
        AllowMissingLinks: false,
        // What it was bound to may be gone by then.
        ProhibitUnprivileged: true,
        FromReplication: false,
      },
    });
    if (!outcome.ok) return refusal(outcome.code, outcome.text);
    if (outcome.result.kind === 'error') return refusal('failed', `raft apply failed: ${outcome.result.text}`);
    return this.#options.acl.aclTokenByAccessor(token.AccessorID).value ?? refusal('denied', 'ACL not found');
  }

  #ready(): Promise<Verifiers> {
    this.#verifiers ??= import('../../acl/auth-methods/verifiers.js').then((module) => new module.Verifiers());
    return this.#verifiers;
  }
}

function noSuchMethod(name: string): Refusal {
  return refusal('denied', `ACL not found: auth method ${quote(name)} not found`);
}

/** By an auth method of the primary datacenter, where its tokens count here, too. */
async function logInThere(primary: Primary, attempt: LoginAttempt): Promise<AclToken | Refusal> {
  const found = await primary.read(readAuthMethod, attempt.authMethod, { minIndex: 0 });
  if (isRefusal(found)) return found;
  const { value: method } = found;
  return method !== null && givesGlobalTokens(method) ? primary.ask(logIn, attempt) : noSuchMethod(attempt.authMethod);
}

function linkTo(record: { readonly ID: string; readonly Name: string } | null): AclLink | null {
  return record === null ? null : { ID: record.ID, Name: record.Name };
}
