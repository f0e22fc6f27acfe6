// Parameters that the lists of catalog and health share: filter, node-meta, near (spec/http.md, section 3).

import { anyText, flag, pairs, texts, type Values } from '../http/parameters/parameters.js';
import type { Narrowing } from '../methods/contract/narrowing.js';

export const FILTER = { filter: anyText('An expression of the filter language; what it holds for is shown.') } as const;

export const FILTER_AND_META = {
  ...FILTER,
  'node-meta': pairs('Metadata that the node must have, as `key:value`; all of them must match.'),
} as const;

export const NARROWING = {
  ...FILTER_AND_META,
  near: anyText('Sorts by the round trip from this node; `_agent` is the node that is asked.'),
} as const;

/** Of lists of instances. */
export const TAGS = { tag: texts('A tag that the instance must have, whatever its case; all of them must be there.') };

/** Of instances, some of which may be proxies. */
export const MERGED = {
  'merge-central-config': flag('Proxies and gateways have what config entries say of them, too.'),
} as const;

type Narrowed = Values<typeof FILTER_AND_META> & Partial<Values<typeof NARROWING> & Values<typeof TAGS>>;

const NO_TAGS: readonly string[] = [];

/** `ownNode` stands for `_agent`. */
export function nearOf({ near = '' }: Pick<Narrowed, 'near'>, ownNode: string): string {
  return near === '_agent' ? ownNode : near;
}

export function narrowingOf(values: Narrowed, ownNode: string): Narrowing {
  const { filter, tag = NO_TAGS } = values;
  return { filter, nodeMeta: values['node-meta'], near: nearOf(values, ownNode), tags: tag };
}
