// Whether somebody knows a secret, told in a time that says nothing of it.

import { createHash, timingSafeEqual } from 'node:crypto';

/** "" is nobody's. */
export function isSameSecret(given: string, own: string): boolean {
  return own !== '' && timingSafeEqual(digest(given), digest(own));
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
