// Copies of short byte strings that stay for long, such as members' metadata: many share one piece of memory, because an
// ArrayBuffer of its own costs more than what is in it.

const SLAB_BYTES = 8192;
const MOST_SHARED_BYTES = 1024;

let slab = new ArrayBuffer(SLAB_BYTES);
let used = 0;

/** A copy, as long as it is kept. Nothing else sees or changes its bytes. */
export function keptCopy(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MOST_SHARED_BYTES) return new Uint8Array(bytes);
  if (used + bytes.length > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const copy = new Uint8Array(slab, used, bytes.length);
  copy.set(bytes);
  used += bytes.length;
  return copy;
}
