// What the name of a key must not have where names are held to what a path may be (`disable_kv_key_validation`): whoever turns keys
// into paths, of files or of policies, would read another key than the one that is meant.

import { quote } from '../../../gotext/quote.js';

const TRICK = /[\x00-\x1f\x7f]|\/\/|(?:^|\/)\.\.(?:\/|$)/;

/** Why a key can't be written under this name; null where it can. */
export function keyNameProblem(key: string): string | null {
  if (!TRICK.test(key)) return null;
  return `Invalid key name ${quote(key)}: it must not have control characters, empty parts or ".." between its slashes`;
}
