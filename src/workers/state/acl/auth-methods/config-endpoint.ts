// Where an auth method asks, as its configuration has it: a URL, and the certificates that are trusted there.

import { quote } from '../../../../gotext/quote.js';
import { nodeCrypto } from '../../../../tls/node-modules.js';

/** "" is none. */
export function urlProblem(name: string, text: string): string | null {
  if (text === '') return null;
  if (!URL.canParse(text)) return `'${name}' is not a valid URL: ${quote(text)}`;
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return `'${name}' has to begin with https:// or http://`;
  return username === '' && password === '' ? null : `'${name}' must not contain a user or a password`;
}

/** One certificate or several as PEM; "" is none. */
export function certificateProblem(name: string, text: string): string | null {
  if (text === '') return null;
  try {
    new (nodeCrypto().X509Certificate)(text);
    return null;
  } catch {
    return `'${name}' does not contain a valid PEM certificate`;
  }
}
