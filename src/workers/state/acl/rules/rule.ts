// A policy's text as data: what each of its rules grants, and for which names.

export type Resource =
  | 'acl'
  | 'agent'
  | 'event'
  | 'intention'
  | 'key'
  | 'keyring'
  | 'mesh'
  | 'node'
  | 'operator'
  | 'peering'
  | 'query'
  | 'service'
  | 'session';

/** In a policy's own words. Of two at the same rule `deny` counts, else the one that grants more. */
export type Grant = 'deny' | 'read' | 'list' | 'write';

/** Resources whose rules have a name, and may end in `_prefix`. */
export type NamedResource = Exclude<Resource, 'acl' | 'intention' | 'keyring' | 'mesh' | 'operator' | 'peering'>;

/** Those of which there is one for all. */
export type WholeResource = 'acl' | 'keyring' | 'mesh' | 'operator' | 'peering';

export interface NamedRule {
  readonly resource: NamedResource;
  /** Else `name` is the whole name. */
  readonly isPrefix: boolean;
  readonly name: string;
  readonly grant: Grant;
  /** Of a service; null where it isn't said. */
  readonly intentions: Exclude<Grant, 'list'> | null;
}

export interface PolicyRules {
  readonly named: readonly NamedRule[];
  readonly whole: ReadonlyMap<WholeResource, Grant>;
}
