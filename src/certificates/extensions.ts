// The extensions of certificates, in the order and with the bits that stock's have.

import {
  type Block,
  bits,
  bytesOf,
  identifier,
  integer,
  numbered,
  numberedBytes,
  octets,
  sequence,
  truth,
} from './blocks.js';
import { dnsBlock, type Names, namesBlock } from './names.js';

export const ALTERNATIVE_NAMES = '2.5.29.17';
export const SUBJECT_KEY = '2.5.29.14';
const AUTHORITY_KEY = '2.5.29.35';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const NAME_CONSTRAINTS = '2.5.29.30';
const BASIC_CONSTRAINTS = '2.5.29.19';
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';

/** Digital signature, certificate sign, CRL sign. */
const AUTHORITY_USAGE = bits(Uint8Array.of(0x86), 1);
/** Digital signature, key encipherment, data encipherment, key agreement. */
const LEAF_USAGE = bits(Uint8Array.of(0xb8), 3);

/** Digital signature, key encipherment. */
const ROLE_USAGE = bits(Uint8Array.of(0xa0), 5);

export function extension(id: string, isCritical: boolean, value: Block): Block {
  const parts = isCritical ? [identifier(id), truth()] : [identifier(id)];
  return sequence(...parts, octets(bytesOf(value)));
}

function keyExtensions(subjectKey: Uint8Array, authorityKey: Uint8Array): readonly Block[] {
  return [
    extension(SUBJECT_KEY, false, octets(subjectKey)),
    extension(AUTHORITY_KEY, false, sequence(numberedBytes(0, authorityKey))),
  ];
}

export interface Keys {
  readonly subjectKey: Uint8Array;
  readonly authorityKey: Uint8Array;
}

export function authorityExtensions({ subjectKey, authorityKey }: Keys, names: Names): readonly Block[] {
  return [
    extension(KEY_USAGE, true, AUTHORITY_USAGE),
    extension(BASIC_CONSTRAINTS, true, sequence(truth())),
    ...keyExtensions(subjectKey, authorityKey),
    extension(ALTERNATIVE_NAMES, false, namesBlock(names)),
  ];
}

/** Of an authority under a root: what it signs is no authority any more. */
export function intermediateExtensions({ subjectKey, authorityKey }: Keys, names: Names): readonly Block[] {
  return [
    extension(KEY_USAGE, true, AUTHORITY_USAGE),
    extension(BASIC_CONSTRAINTS, true, sequence(truth(), integer(0))),
    ...keyExtensions(subjectKey, authorityKey),
    extension(ALTERNATIVE_NAMES, false, namesBlock(names)),
  ];
}

/** Of a root that operators make: it needs no names. */
export function rootExtensions({ subjectKey, authorityKey }: Keys, names: Names): readonly Block[] {
  return [
    extension(KEY_USAGE, true, AUTHORITY_USAGE),
    extension(BASIC_CONSTRAINTS, true, sequence(truth())),
    ...keyExtensions(subjectKey, authorityKey),
    ...namesExtension(names),
  ];
}

function namesExtension(names: Names): readonly Block[] {
  const isEmpty = names.dns.length + names.addresses.length + names.uris.length === 0;
  return isEmpty ? [] : [extension(ALTERNATIVE_NAMES, false, namesBlock(names))];
}

/** RFC 5280, 4.2.1.10: nothing outside of these domains. */
export function constraintsExtension(domains: readonly string[]): Block {
  const permitted = domains.map((domain) => sequence(dnsBlock(domain)));
  return extension(NAME_CONSTRAINTS, true, sequence(numbered(0, ...permitted)));
}

export function extendedUsage(side: 'server' | 'client'): Block {
  return identifier(side === 'server' ? SERVER_AUTHENTICATION : CLIENT_AUTHENTICATION);
}

export function roleExtensions({ subjectKey, authorityKey }: Keys, names: Names, usages: Block): readonly Block[] {
  return [
    extension(KEY_USAGE, true, ROLE_USAGE),
    extension(EXTENDED_KEY_USAGE, false, usages),
    extension(BASIC_CONSTRAINTS, true, sequence()),
    ...keyExtensions(subjectKey, authorityKey),
    ...namesExtension(names),
  ];
}

/** Its names are all that says whom it is for, since its subject is empty. */
export function leafExtensions({ subjectKey, authorityKey }: Keys, names: Names): readonly Block[] {
  const usages = sequence(identifier(CLIENT_AUTHENTICATION), identifier(SERVER_AUTHENTICATION));
  return [
    extension(KEY_USAGE, true, LEAF_USAGE),
    extension(EXTENDED_KEY_USAGE, false, usages),
    extension(BASIC_CONSTRAINTS, true, sequence()),
    ...keyExtensions(subjectKey, authorityKey),
    extension(ALTERNATIVE_NAMES, true, namesBlock(names)),
  ];
}
