// Who may do what. Each row of the endpoint table and each method names its rules; the authorizer of the asker's token judges
// them. There are no ACLs yet, so the only authorizer allows everything; it is passed all the same.

type Resource =
  | 'acl'
  | 'agent'
  | 'event'
  | 'intention'
  | 'key'
  | 'keyring'
  | 'mesh'
  | 'node'
  | 'operator'
  | 'query'
  | 'service'
  | 'session';

/** What a token needs; `none` where nobody is asked for one. */
export type Rule = 'none' | `${Resource}:${'read' | 'list' | 'write'}`;

export interface Authorizer {
  /** `name`: of the key, node, service …; "" where the rule concerns no single one. */
  allows(rule: Rule, name: string): boolean;
}

export const allowAll: Authorizer = { allows: () => true };
