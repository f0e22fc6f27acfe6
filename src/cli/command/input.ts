// Data that a command takes: as a word, from a file (`@name`) or from standard input (`-`).

import fs from 'node:fs';
import { errnoText } from '../../gotext/errno.js';

export type Input = { readonly ok: true; readonly data: Buffer } | { readonly ok: false; readonly error: string };

/** `\@word` and `\-` stand for the word itself. */
export async function readInput(word: string): Promise<Input> {
  if (word === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(Buffer.from(chunk));
    return { ok: true, data: Buffer.concat(chunks) };
  }
  if (!word.startsWith('@')) return { ok: true, data: Buffer.from(word.replace(/^\\(?=[@-])/, '')) };
  const file = word.slice(1);
  try {
    return { ok: true, data: await fs.promises.readFile(file) };
  } catch (error) {
    return { ok: false, error: `open ${file}: ${errnoText(error)}` };
  }
}

/** Index of the first byte that isn't base64, or null; and what could be read before it. */
export function decodeBase64(text: string): { readonly data: Buffer; readonly badAt: number | null } {
  const compact = text.replace(/[\r\n]/g, '');
  const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact);
  if (valid) return { data: Buffer.from(compact, 'base64'), badAt: null };
  const bad = compact.search(/[^A-Za-z0-9+/]/);
  const readable = Math.floor((bad < 0 ? compact.length : bad) / 4) * 4;
  return { data: Buffer.from(compact.slice(0, readable), 'base64'), badAt: bad < 0 ? compact.length : bad };
}
