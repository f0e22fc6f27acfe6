// What TypeScript and this module agree on: where free memory starts, the value kinds, and how a struct schema lies in
// memory (written there by src/wasm/program.ts). All memory is laid out by TypeScript; nothing here allocates.
//
//   struct:  u32 number of fields | u32 zero form | u32 its length | u32 length of the map header | 4 bytes header | pad to 32
//            then per field, 16 bytes: u32 key (its msgpack form) | u32 length of that | i32 kind | u32 argument
//   element type of a list or map, 8 bytes: i32 kind | u32 argument
//   argument: the struct, or the element type

export const STRING: i32 = 0;
export const BYTES: i32 = 1;
export const BOOL: i32 = 2;
export const INT: i32 = 3;
export const UINT: i32 = 4;
export const FLOAT: i32 = 5;
export const STRUCT: i32 = 6;
export const NULLABLE_STRUCT: i32 = 7;
export const LIST: i32 = 8;
export const MAP: i32 = 9;
export const DYNAMIC: i32 = 10;
/** A list that is left out of its struct where it is nil. */
export const LATER_LIST: i32 = 12;

export const FIELDS: usize = 32;
export const FIELD_SIZE: usize = 16;

/** The lowest address TypeScript may use. */
export function firstFree(): usize {
  return (__heap_base + 63) & ~63;
}

/** Copies up to 63 bytes too many: both sides must have that much room behind them. */
// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
export function copy(target: usize, source: usize, length: usize): void {
  if (length <= 16) {
    v128.store(target, v128.load(source));
  } else if (length <= 128) {
    let done: usize = 0;
    do {
      v128.store(target + done, v128.load(source + done));
      done += 16;
    } while (done < length);
  } else {
    memory.copy(target, source, length);
  }
}

/** Both sides must be readable for 15 bytes more. */
// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
export function equal(a: usize, b: usize, length: usize): bool {
  let done: usize = 0;
  while (done + 16 <= length) {
    if (v128.any_true(v128.xor(v128.load(a + done), v128.load(b + done)))) return false;
    done += 16;
  }
  if (done == length) return true;
  const same = i8x16.bitmask(i8x16.eq(v128.load(a + done), v128.load(b + done)));
  const wanted: i32 = (1 << <i32>(length - done)) - 1;
  return (same & wanted) == wanted;
}
