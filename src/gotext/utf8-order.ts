// The order of Go strings: by the bytes of their UTF-8 form. JavaScript's own order differs from it only where
// surrogates meet characters of U+E000 and above.

/** Compares as `bytes.Compare` would compare the UTF-8 forms: negative, 0 or positive. */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    const leftSurrogate = left >= 0xd800 && left <= 0xdfff;
    const rightSurrogate = right >= 0xd800 && right <= 0xdfff;
    if (leftSurrogate === rightSurrogate) return left - right;
    // A surrogate stands for a character beyond U+FFFF, which comes after all others.
    return leftSurrogate ? 1 : -1;
  }
  return a.length - b.length;
}
