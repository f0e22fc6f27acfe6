// A node's metadata as TXT records (spec/dns.md, section 2): `key=value` with the quoting of RFC 1464.

import type { StringMap } from '../../../../wire/records.js';
import type { Name } from '../message/name.js';
import { type ResourceRecord, textRecord } from '../message/record.js';

const RAW_PREFIX = 'rfc1035-';

/** RFC 1464: the quoting character and `=` inside a name, and the blanks at its ends, are quoted by `. */
function quoteKey(key: string): string {
  const quoted = key.replace(/[`=]/g, '`$&');
  const leading = /^[ \t]+/.exec(quoted)?.[0] ?? '';
  const inner = quoted.slice(leading.length);
  const trailing = /[ \t]+$/.exec(inner)?.[0] ?? '';
  const quoteBlanks = (blanks: string) => blanks.replace(/[ \t]/g, '`$&');
  return quoteBlanks(leading) + inner.slice(0, inner.length - trailing.length) + quoteBlanks(trailing);
}

/** The texts in the order of their keys. */
export function metaTexts(meta: StringMap | null): string[] {
  if (meta === null) return [];
  return Object.keys(meta)
    .sort()
    .map((key) => {
      const value = meta[key] ?? '';
      if (key.toLowerCase().startsWith(RAW_PREFIX)) return value;
      return `${quoteKey(key)}=${value.replaceAll('`', '``')}`;
    });
}

export function metaRecords(owner: Name | null, meta: StringMap | null, ttl: number): ResourceRecord[] {
  return metaTexts(meta).map((text) => textRecord(owner, text, ttl));
}
