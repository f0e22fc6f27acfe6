// Internal.*: lists made for the UI and for peering.

import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../wire/records.js';
import { nodeDumpFields } from '../filter/fields.js';
import type { Matcher } from '../filter/filter.js';
import type { StoreReads } from '../replica/store/read-api.js';
import type { Steps } from '../turns/turns.js';
import type { ReadMethod } from './method.js';
import { keepInSteps, matcherOf, type Narrowing } from './narrowing.js';
import { isRefusal } from './refusal.js';

/** A node with all that runs on it. */
export interface NodeDump {
  readonly node: NodeRecord;
  readonly services: readonly ServiceRecord[];
  readonly checks: readonly CheckRecord[];
}

/** The dump depends on nodes, services and checks alike. */
const DUMP_INDEXES = ['nodes', 'services', 'checks'];

export const nodeDump: ReadMethod<Narrowing, readonly NodeDump[]> = {
  name: 'Internal.NodeDump',
  prepare(store, { filter }) {
    const matcher = matcherOf(filter, nodeDumpFields);
    if (isRefusal(matcher)) return matcher;
    return {
      // The lists are made for the final answer alone, by `narrow`.
      read: () => ({ index: dumpIndex(store), value: [] }),
      watch: () => DUMP_INDEXES.map((key) => ({ kind: 'index', key })),
      ...(matcher === null
        ? { narrow: () => [...dumps(store)] }
        : { narrowInSteps: () => filterDumps(store, matcher) }),
    };
  },
};

/** One node by its name; null when the catalog doesn't know it. */
export const nodeInfo: ReadMethod<string, NodeDump | null> = {
  name: 'Internal.NodeInfo',
  prepare: (store, name) => ({
    read: () => ({ index: dumpIndex(store), value: store.catalog.nodeDump(name) }),
    watch: () => DUMP_INDEXES.map((key) => ({ kind: 'index', key })),
  }),
};

/** The highest of the indexes tells of any change. */
function dumpIndex(store: StoreReads): number {
  return Math.max(...DUMP_INDEXES.map((key) => store.index(key)));
}

function* dumps(store: StoreReads): Iterable<NodeDump> {
  for (const { Node } of store.catalog.nodes(null).value) {
    const dump = store.catalog.nodeDump(Node);
    if (dump) yield dump;
  }
}

function filterDumps(store: StoreReads, matcher: Matcher): Steps<NodeDump[]> {
  return keepInSteps(dumps(store), matcher, ({ node, services, checks }) =>
    matcher.matches({ ...node, Services: services, Checks: checks }),
  );
}

/** There are none without peers. */
export const exportedServices: ReadMethod<null, readonly never[]> = {
  name: 'Internal.ExportedServices',
  prepare: (store) => ({
    read: () => ({ index: store.index('config-entries'), value: [] }),
    watch: () => [{ kind: 'index', key: 'config-entries' }],
  }),
};
