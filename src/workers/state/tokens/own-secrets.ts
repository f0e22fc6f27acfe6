// Secrets that are no records of the state: the agent's recovery token, which does what this agent's own endpoints do without asking
// anybody (public reference: "agent_recovery"), and the one by which servers act among themselves (spec/raft.md, section 10).

import { quote } from '../../../gotext/quote.js';
import type { Authorizer } from '../acl/access.js';
import { type AuthorizerOptions, compileRules } from '../acl/authorizer.js';
import { GLOBAL_MANAGEMENT } from '../acl/policies/builtin-policies.js';
import { readRules } from '../acl/rules/parse.js';
import { isSameSecret } from '../acl/same-secret.js';

export interface OwnSecretsOptions extends Omit<AuthorizerOptions, 'accessor'> {
  readonly nodeName: string;
  /** As they are now; "" where there is none. */
  readonly recovery: () => string;
  readonly server: () => string;
}

export class OwnSecrets {
  readonly #options: OwnSecretsOptions;
  readonly #recovery: Authorizer;
  readonly #server: Authorizer;

  constructor(options: OwnSecretsOptions) {
    this.#options = options;
    const { nodeName } = options;
    const ownRules = `agent ${quote(nodeName)} { policy = "write" } node_prefix "" { policy = "read" }`;
    this.#recovery = compiled(ownRules, { ...options, accessor: 'agent-recovery' });
    this.#server = compiled(GLOBAL_MANAGEMENT.Rules, { ...options, accessor: 'server-management' });
  }

  /** null: it is none of them. */
  judge(secret: string): Authorizer | null {
    const { recovery, server } = this.#options;
    if (isSameSecret(secret, recovery())) return this.#recovery;
    return isSameSecret(secret, server()) ? this.#server : null;
  }
}

function compiled(text: string, options: AuthorizerOptions): Authorizer {
  const parsed = readRules(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return compileRules([parsed.rules], options);
}
