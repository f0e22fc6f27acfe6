// Signing requests (RFC 2986): a public key, the names it is to have, and the proof that whoever asks has the private one.

import {
  type Block,
  bits,
  bytesOf,
  contentOf,
  identifier,
  identifierOf,
  integer,
  numbered,
  partsOf,
  raw,
  sequence,
  setOf,
} from './blocks.js';
import { algorithmOf, NOBODY } from './certificate.js';
import { ALTERNATIVE_NAMES, extension } from './extensions.js';
import { type PrivateKey, publicKeyOf, signWith, verifyWith } from './keys.js';
import { type Names, namesBlock, readNames } from './names.js';
import { fromPem, toPem } from './pem.js';

const LABEL = 'CERTIFICATE REQUEST';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
/** Real ones have less than a kilobyte; much more of it would be work that anybody may cause. */
const MAX_CHARACTERS = 64 * 1024;

const HASHES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
]);

/** `subject`: whom a certificate's names don't name. */
export async function makeSigningRequest(key: PrivateKey, names: Names, subject: Block = NOBODY): Promise<string> {
  const wanted = sequence(extension(ALTERNATIVE_NAMES, true, namesBlock(names)));
  const attribute = sequence(identifier(EXTENSION_REQUEST), setOf(wanted));
  const signed = sequence(integer(0), subject, raw(publicKeyOf(key)), numbered(0, attribute));
  const signature = await signWith(key, bytesOf(signed));
  return toPem(LABEL, bytesOf(sequence(signed, algorithmOf(key), bits(signature))));
}

export interface SigningRequest {
  /** As certificates hold it. */
  readonly publicKey: Uint8Array;
  readonly subject: Block;
  readonly names: Names;
}

const NO_NAMES: Names = { uris: [], dns: [], addresses: [] };

/** null: it is none, or whoever made it doesn't have the key. */
export async function readSigningRequest(pem: string): Promise<SigningRequest | null> {
  const der = pem.length > MAX_CHARACTERS ? null : fromPem(LABEL, pem);
  if (der === null) return null;
  try {
    const [signed, algorithm, signature] = partsOf(raw(der));
    const [, subject, key, attributes] = partsOf(signed);
    if (signed === undefined || subject === undefined || key === undefined) return null;
    const hash = HASHES.get(identifierOf(partsOf(algorithm)[0]));
    if (hash === undefined) return null;
    const publicKey = Buffer.from(key.valueBeforeDecodeView);
    const content = Buffer.from(signed.valueBeforeDecodeView);
    if (!(await verifyWith(publicKey, content, contentOf(signature), hash))) return null;
    return { publicKey, subject, names: attributes === undefined ? NO_NAMES : wantedNames(partsOf(attributes)) };
  } catch {
    // Made of other parts than those that are looked for.
    return null;
  }
}

function wantedNames(attributes: ReturnType<typeof partsOf>): Names {
  for (const attribute of attributes) {
    const [id, values] = partsOf(attribute);
    if (identifierOf(id) !== EXTENSION_REQUEST) continue;
    for (const one of partsOf(partsOf(values)[0])) {
      const parts = partsOf(one);
      if (identifierOf(parts[0]) === ALTERNATIVE_NAMES) return readNames(raw(contentOf(parts.at(-1))));
    }
  }
  return NO_NAMES;
}
