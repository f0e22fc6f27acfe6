// Equality of record values as the replicated state's rules mean it (spec/fsm.md, sections 6 and 7): by content, where a
// nil map or list differs from an empty one.

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (!sameValue(a[i], b[i])) return false;
  return true;
}

function sameFields(a: object, b: object): boolean {
  let count = 0;
  for (const name in a) {
    if (!Object.hasOwn(b, name)) return false;
    if (!sameValue(Reflect.get(a, name), Reflect.get(b, name))) return false;
    count += 1;
  }
  for (const _ in b) count -= 1;
  return count === 0;
}

/** Compares two values made of null, primitives, bytes, arrays and plain objects. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && sameBytes(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b);
  if (b instanceof Uint8Array || Array.isArray(b)) return false;
  return sameFields(a, b);
}
