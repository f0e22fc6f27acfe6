// Changes of a pool's members as they cross to the state worker: texts in one list and numbers in another. To copy an object for
// each member, with the names of its fields, takes three times as long, which a large pool would be joined slower by.

import type { Member, MemberChanges, PoolName } from './gossip-pools.js';

const TEXTS_A_MEMBER = 3;
const NUMBERS_A_MEMBER = 9;

export interface PackedChanges {
  readonly pool: PoolName;
  /** Name, address and tags of each member that changed. */
  readonly texts: readonly string[];
  readonly numbers: Uint16Array;
  readonly removed: readonly string[];
}

export function packChanges({ pool, changed, removed }: MemberChanges): PackedChanges {
  const texts: string[] = [];
  const numbers = new Uint16Array(changed.length * NUMBERS_A_MEMBER);
  let at = 0;
  for (const member of changed) {
    texts.push(member.name, member.address, member.tags);
    numbers[at++] = member.port;
    numbers[at++] = member.status;
    numbers[at++] = member.protocolMin;
    numbers[at++] = member.protocolMax;
    numbers[at++] = member.protocolCurrent;
    numbers[at++] = member.delegateMin;
    numbers[at++] = member.delegateMax;
    numbers[at++] = member.delegateCurrent;
    numbers[at++] = member.takesPackedLog === true ? 1 : 0;
  }
  return { pool, texts, numbers, removed };
}

export function unpackChanges({ pool, texts, numbers, removed }: PackedChanges): MemberChanges {
  const changed = Array.from({ length: numbers.length / NUMBERS_A_MEMBER }, (_none, at) =>
    memberAt(texts, numbers, at * TEXTS_A_MEMBER, at * NUMBERS_A_MEMBER),
  );
  return { pool, changed, removed };
}

function memberAt(texts: readonly string[], numbers: Uint16Array, text: number, number: number): Member {
  const takesPackedLog = numbers[number + 8] === 1;
  return {
    name: texts[text] ?? '',
    address: texts[text + 1] ?? '',
    tags: texts[text + 2] ?? '',
    port: numbers[number] ?? 0,
    status: numbers[number + 1] ?? 0,
    protocolMin: numbers[number + 2] ?? 0,
    protocolMax: numbers[number + 3] ?? 0,
    protocolCurrent: numbers[number + 4] ?? 0,
    delegateMin: numbers[number + 5] ?? 0,
    delegateMax: numbers[number + 6] ?? 0,
    delegateCurrent: numbers[number + 7] ?? 0,
    ...(takesPackedLog ? { takesPackedLog } : {}),
  };
}
