// Whose token may do what: the one way from a secret to an authorizer. `calls/` asks it where a method is run, so that who only passes
// a request on never judges it; an agent's own endpoints ask it before they do anything.

import { type Authorizer, allowAll } from '../../acl/access.js';
import type { Refusal } from './refusal.js';

/** Who asks, by a secret that nobody has judged yet. */
export interface Caller {
  /** The secret; "" = anonymous. Never logged. */
  readonly token: string;
}

/** Refused is a token that nobody knows, or that can't be looked up now. */
export type Judged = Authorizer | Refusal;

export interface TokenResolver {
  /** ACLs are off: everybody may do everything, and no token is looked at. */
  readonly isOff: boolean;
  /** The same object for as long as it would judge the same. A promise where another server must be asked. */
  resolve(secret: string): Judged | Promise<Judged>;
  /** The token is one of this datacenter alone: other datacenters don't know it. */
  isLocal(secret: string): boolean;
}

/** Where ACLs are off. */
export const noAcls: TokenResolver = { isOff: true, resolve: () => allowAll, isLocal: () => false };

/** Without a look at the token where none counts: it is found among a request's headers only when it is asked for. */
export function judge(tokens: TokenResolver, caller: Caller): Judged | Promise<Judged> {
  return tokens.isOff ? allowAll : tokens.resolve(caller.token);
}
