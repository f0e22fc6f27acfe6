// Whom a certificate names: URIs, DNS names, addresses (RFC 5280, 4.2.1.6).

import { type Block, contentOf, numberedBytes, numberOf, partsOf, sequence } from './blocks.js';

export interface Names {
  readonly uris: readonly string[];
  readonly dns: readonly string[];
  /** Of four or sixteen bytes each. */
  readonly addresses: readonly Uint8Array[];
}

const DNS = 2;
const URI = 6;
const ADDRESS = 7;

export function dnsBlock(name: string): Block {
  return numberedBytes(DNS, Buffer.from(name, 'latin1'));
}

/** In the order that stock has them. */
export function namesBlock({ uris, dns, addresses }: Names): Block {
  return sequence(
    ...dns.map(dnsBlock),
    ...addresses.map((address) => numberedBytes(ADDRESS, address)),
    ...uris.map((uri) => numberedBytes(URI, Buffer.from(uri, 'latin1'))),
  );
}

/** Throws where they are malformed; names of other kinds are left out. */
export function readNames(block: Block): Names {
  const uris: string[] = [];
  const dns: string[] = [];
  const addresses: Uint8Array[] = [];
  for (const name of partsOf(block)) {
    const kind = numberOf(name);
    if (kind === URI) uris.push(contentOf(name).toString('latin1'));
    else if (kind === DNS) dns.push(contentOf(name).toString('latin1'));
    else if (kind === ADDRESS) addresses.push(addressOf(contentOf(name)));
  }
  return { uris, dns, addresses };
}

function addressOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 4 && bytes.length !== 16) throw new Error('malformed address');
  return bytes;
}
