// Breakages of streams of services: the items, their results, the disk, and who waits for whom.

import type { Mutant } from '../../mutant.js';

const ITEMS = ['unit/workers/state/http/item-stream'];
const STREAM = ['unit/workers/state/endpoints/agent/bulk'];
const GROUPS = ['unit/workers/state/local/grouped-writes'];

export const bulk: readonly Mutant[] = [
  {
    name: 'an escape at the end of a piece is forgotten',
    file: 'workers/state/http/items/item-splitter.ts',
    find: 'else if (byte === BACKSLASH) this.#isEscaped = true;',
    replace: 'else if (byte === BACKSLASH) at += 1;',
    tests: ITEMS,
  },
  {
    name: 'the rest of an item that is too long is an item',
    file: 'workers/state/http/items/item-splitter.ts',
    find: '    if (this.#isTooLong || start === end) return false;\n',
    replace: '    if (start === end) return false;\n    this.#isTooLong = false;\n',
    tests: ITEMS,
  },
  {
    name: 'half an item of a client that is gone is taken',
    file: 'workers/state/http/items/item-stream.ts',
    find: '    if (this.#isCut) return this.#items(splitter, [CUT]);\n',
    replace: '',
    tests: ITEMS,
  },
  {
    name: 'an element is refused as if it stood alone',
    file: 'workers/state/http/items/item-stream.ts',
    find: "if (before === '') return error;",
    replace: 'return error;',
    tests: ITEMS,
  },
  {
    name: 'what was placed before an error of ours is not written',
    file: 'workers/state/endpoints/agent/bulk-run.ts',
    find: 'if (ids.length > 0) this.#underWay',
    replace: 'if (isLast && ids.length > 0) this.#underWay',
    tests: STREAM,
  },
  {
    name: "a sync takes the sidecars of the files' own services away",
    file: 'cli/services/service-difference.ts',
    find: '    if (one.sidecar !== null) ids.add(one.sidecar);\n',
    replace: '',
    tests: ['unit/cli/service-difference'],
  },
  {
    name: "a sidecar with metadata of its own is nobody's",
    file: 'cli/services/service-difference.ts',
    find: 'const SidecarService = sidecar.Meta === undefined ? sidecar : {',
    replace: 'const SidecarService = sidecar.Meta !== null ? sidecar : {',
    tests: ['unit/cli/service-difference'],
  },
  {
    name: 'what follows an item on its line is ignored',
    file: 'gotext/json-decode.ts',
    find: "parseWrittenJson(text, 'unmarshal')",
    replace: 'parseWrittenJson(text)',
    tests: ITEMS,
  },
  {
    name: 'a batch is not on the disk when it is answered',
    file: 'workers/state/local/registration/registrar.ts',
    find: 'write: (operations) => this.#write(operations),',
    replace: 'write: () => Promise.resolve({ ok: true as const }),',
    tests: STREAM,
  },
  {
    name: 'a stream goes to the catalog before everybody else',
    file: 'workers/state/local/state/local-state.ts',
    find: '    this.#isInHurry = false;\n',
    replace: '',
    tests: STREAM,
  },
  {
    name: 'the answer to a stream ends before the catalog has the services',
    file: 'workers/state/endpoints/agent/bulk-run.ts',
    find: 'isDone(this.#local.backlogAttempted())',
    replace: 'isDone(Promise.resolve())',
    tests: STREAM,
  },
  {
    name: 'an error of ours costs the whole stream',
    file: 'workers/state/endpoints/agent/bulk-run.ts',
    find: '      batch.fail();\n',
    replace: '      throw error;\n',
    tests: STREAM,
  },
  {
    name: 'a refused transaction counts as written',
    file: 'workers/state/local/sync/round-writes.ts',
    find: 'outcome.Errors !== null && outcome.Errors.length > 0',
    replace: 'outcome.Errors !== null && outcome.Errors.length > 64',
    tests: GROUPS,
  },
  {
    name: 'free-form configuration goes into transactions',
    file: 'workers/state/local/sync/write-group.ts',
    find: 'if (service.Proxy !== NO_PROXY || service.Locality !== null) return null;',
    replace: '',
    tests: GROUPS,
  },
  {
    name: 'a transaction is bounded by its services alone',
    file: 'workers/state/local/sync/write-group.ts',
    find: ' && this.#bytes + bytes <= MAX_BYTES',
    replace: '',
    tests: GROUPS,
  },
  {
    name: 'a service takes all its checks along, however long they are',
    file: 'workers/state/local/sync/partial-sync.ts',
    find: '        if (bytes > MAX_BYTES) break;\n',
    replace: '',
    tests: GROUPS,
  },
];
