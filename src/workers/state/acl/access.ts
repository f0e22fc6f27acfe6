// Who may do what. Each row of the endpoint table and each method names its rules; the authorizer of the asker's token judges
// them. While ACLs are off it is the one that allows everything.

import type { Resource } from './rules/rule.js';

export type Access = 'read' | 'list' | 'write';

/** What must be allowed for something. */
export type NeededRule = `${Resource}:${Access}`;

/** What a token needs; `none` where nobody is asked for one. */
export type Rule = 'none' | NeededRule;

export interface Authorizer {
  /** AccessorID of the token, for texts and logs; "" while ACLs are off. */
  readonly accessor: string;
  /** Nothing is kept from it, so that what it is shown needs no filtering. */
  readonly isUnlimited: boolean;
  /** Lists of keys need `key:list` on their prefix (`acl.enable_key_list_policy`). */
  readonly listsKeysByRule: boolean;
  /** `name`: of the key, node, service …; "" where the rule concerns no single one. Costs no more than to read the name. */
  allows(rule: Rule, name: string): boolean;
  /** Whether there may be a name for which the rule is allowed. */
  allowsAny(rule: NeededRule): boolean;
  /** Whether the rule is allowed for every name that begins with `prefix`. Costs as much as there are rules unless that is "". */
  allowsAll(rule: NeededRule, prefix: string): boolean;
}

/** ACLs are off. */
export const allowAll: Authorizer = {
  accessor: '',
  isUnlimited: true,
  listsKeysByRule: false,
  allows: () => true,
  allowsAny: () => true,
  allowsAll: () => true,
};
