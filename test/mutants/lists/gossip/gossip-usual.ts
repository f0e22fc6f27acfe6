// The quick ways through a large pool's first state: what they take must be what the tables would have read.

import type { Mutant } from '../../mutant.js';

const lastTags = { file: 'msgpack/last-tags.ts', tests: ['unit/msgpack/last-tags'] };
const usualNode = { file: 'main/gossip/wire/usual-node.ts', tests: ['unit/main/gossip/wire/usual-node'] };

export const gossipUsual: readonly Mutant[] = [
  {
    name: "a tag with the same text as the ID is taken for a member's ID",
    ...lastTags,
    find: 'if (start < 0 || written.lastIndexOf(id) !== start) return;',
    replace: 'if (start < 0) return;',
  },
  {
    name: 'an ID that is no ASCII is looked for as what it looks like',
    ...lastTags,
    find: "if (meta.length > MOST_BYTES || id === '' || !isAscii) return;",
    replace: "if (meta.length > MOST_BYTES || id === '') return;",
  },
  {
    name: 'what stands behind the ID may be anything',
    ...lastTags,
    find: 'for (let i = this.#end; i < this.#length; i += 1) if (meta[i] !== this.#bytes[i]) return null;',
    replace: '',
  },
  {
    name: 'versions of the same length are taken for the same',
    ...usualNode,
    find: 'isSame = last[i] === bytes[start + i];',
    replace: 'isSame = true;',
  },
  {
    name: 'a value is read on behind the end of what is there',
    ...usualNode,
    find: 'if (this.#isUsual && length <= MOST_RAW_BYTES && this.next + length <= bytes.length) return length;',
    replace: 'if (this.#isUsual && length <= MOST_RAW_BYTES) return length;',
  },
];
