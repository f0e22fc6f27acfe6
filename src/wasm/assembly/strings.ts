// A cache of short strings met while scanning. Names, datacenters, tokens and states repeat in every message: a hit
// lets TypeScript take the string it already has (no bytes cross, no new string) and keeps one copy of it alive
// instead of thousands. At most 1024 strings (tokens among them) live on here after their messages are gone. Direct
// mapped. An entry is 64 bytes: u32 length | u32 scan that used it | u32 scan that filled it | bytes at 16.

import { equal } from './layout';

export const LONGEST: usize = 48;
const ENTRIES: u32 = 1024;
const ENTRY_SIZE: usize = 64;

let cache: usize = 0;

export function setCache(address: usize): void {
  cache = address;
}

/** Forgets all strings: what a failed scan put in has no string on the other side. */
export function clearCache(): void {
  memory.fill(cache, 0, <usize>ENTRIES * ENTRY_SIZE);
}

// @ts-ignore: decorator
@inline
function hash(at: usize, length: usize): u32 {
  let h: u64 = length;
  let done: usize = 0;
  while (done + 8 <= length) {
    h = (h ^ load<u64>(at + done)) * 0x9e3779b97f4a7c15;
    h ^= h >> 29;
    done += 8;
  }
  if (done < length) {
    const rest = load<u64>(at + done) & ((<u64>1 << ((length - done) << 3)) - 1);
    h = (h ^ rest) * 0x9e3779b97f4a7c15;
    h ^= h >> 29;
  }
  return <u32>(h >> 20) & (ENTRIES - 1);
}

export const UNCACHED: i32 = 0;

/**
 * Looks a string of 1 … LONGEST bytes up, filling its entry when it isn't there. Answers -(entry + 1) when TypeScript
 * has the string, entry + 1 when it must make and keep it, UNCACHED when the entry is in use by this same scan.
 */
export function lookUp(at: usize, length: usize, scanNumber: u32): i32 {
  const index = hash(at, length);
  const entry = cache + <usize>index * ENTRY_SIZE;
  if (load<u32>(entry) == <u32>length && equal(entry + 16, at, length)) {
    store<u32>(entry, scanNumber, 4);
    return load<u32>(entry, 8) == scanNumber ? <i32>index + 1 : -(<i32>index + 1);
  }
  if (load<u32>(entry, 4) == scanNumber) return UNCACHED;
  store<u32>(entry, <u32>length);
  store<u32>(entry, scanNumber, 4);
  store<u32>(entry, scanNumber, 8);
  v128.store(entry + 16, v128.load(at));
  v128.store(entry + 32, v128.load(at + 16));
  v128.store(entry + 48, v128.load(at + 32));
  return <i32>index + 1;
}
