// Finding and reading configuration files: a path names a file or a directory; a directory's entries are taken by name, not
// recursively (spec/agent.md, "Sources and merge"). Synchronous: this happens before anything runs.

import fs from 'node:fs';
import path from 'node:path';
import { errnoText } from '../../gotext/errno.js';
import type { SourceFormat } from './decode.js';
import type { Source } from './source.js';

export type FoundSources =
  | { readonly ok: true; readonly sources: readonly Source[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly error: string };

export function findSources(paths: readonly string[], forced: SourceFormat | null): FoundSources {
  const sources: Source[] = [];
  const warnings: string[] = [];
  for (const given of paths) {
    try {
      if (!fs.statSync(given).isDirectory()) {
        const format = forced ?? formatOf(given);
        if (format === null) {
          const error = `file ${given} has unknown extension; must be .hcl or .json, or config format must be set`;
          return { ok: false, error };
        }
        sources.push({ name: given, format, text: fs.readFileSync(given, 'utf8') });
        continue;
      }
      for (const name of fs.readdirSync(given).sort(byBytes)) {
        const file = path.join(given, name);
        if (fs.statSync(file).isDirectory()) continue;
        const format = forced ?? formatOf(file);
        if (format === null) {
          warnings.push(`skipping file ${file}, extension must be .hcl or .json, or config format must be set`);
          continue;
        }
        sources.push({ name: file, format, text: fs.readFileSync(file, 'utf8') });
      }
    } catch (error) {
      const at = (error as NodeJS.ErrnoException).path ?? given;
      return { ok: false, error: `config: Open failed on ${at}. open ${at}: ${errnoText(error)}` };
    }
  }
  return { ok: true, sources, warnings };
}

function formatOf(file: string): SourceFormat | null {
  if (file.endsWith('.json')) return 'json';
  return file.endsWith('.hcl') ? 'hcl' : null;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
