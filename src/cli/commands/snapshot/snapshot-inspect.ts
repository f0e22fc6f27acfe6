// `lictor snapshot inspect`: what an archive holds, by type of record and, if asked, by how keys begin.

import type { ArchiveMeta } from '../../../archive/archive-format.js';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { namedFile, openFile, readRecords } from '../../command/snapshot-file.js';
import { type Measured, SnapshotStats, totalBytes } from '../../command/snapshot-stats.js';

const DEFAULT_DEPTH = 2;
const FORMATS = ['pretty', 'json'];
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

export const command: Command = {
  usage: 'snapshot inspect [options] FILE',
  about:
    'Shows what an archive holds: when it was saved, and how much of it is what. Whether it is sound is seen, too.',
  flags: [
    { name: 'format', kind: 'string', usage: 'pretty (a table) or json. Default pretty.' },
    { name: 'kvdepth', kind: 'int', usage: 'How many parts of a key make its group, with -kvdetails. Default 2.' },
    { name: 'kvdetails', kind: 'bool', usage: 'Keys by how they begin, too.' },
    { name: 'kvfilter', kind: 'string', usage: 'Only keys that begin so, with -kvdetails.' },
  ],
  async run(options: Options): Promise<number> {
    const named = namedFile(options);
    if (!named.ok) return fail(named.error);
    const format = options.text('format') || 'pretty';
    if (!FORMATS.includes(format)) return fail(`Error outputting enhanced snapshot data: Unknown format: ${format}`);
    const opened = await openFile(named.file);
    if (!opened.ok) return fail(`Error opening snapshot file: ${opened.error}`);
    const stats = new SnapshotStats(keysOf(options));
    const read = await readRecords(opened.content, stats.take);
    if (!read.ok) return fail(`Error reading snapshot: ${read.error}`);
    print(format === 'json' ? asJson(read.meta, stats, options) : asTables(read.meta, stats, options));
    return 0;
  },
};

function keysOf(options: Options): { readonly depth: number; readonly prefix: string } | null {
  if (!options.isOn('kvdetails')) return null;
  const depth = options.has('kvdepth') ? Number(options.text('kvdepth')) : DEFAULT_DEPTH;
  return { depth, prefix: options.text('kvfilter') };
}

function asTables(meta: ArchiveMeta, stats: SnapshotStats, options: Options): string {
  const lines: (readonly [string, string])[] = [
    ['ID', meta.id],
    ['Size', String(meta.size)],
    ['Index', String(meta.index)],
    ['Term', String(meta.term)],
    ['Version', String(meta.version)],
  ];
  const head = lines.map(([name, value]) => ` ${name.padEnd(12)} ${value}`).join('\n');
  const types = table('Type', stats.types);
  return [head, types, ...(options.isOn('kvdetails') ? [table('Key Name', stats.groups)] : [])].join('\n\n');
}

function table(title: string, measured: readonly Measured[]): string {
  const rows: (readonly [string, string, string])[] = [
    [title, 'Count', 'Size'],
    ['----', '----', '----'],
    ...measured.map(({ name, count, bytes }) => [name, String(count), size(bytes)] as const),
    ['----', '----', '----'],
    ['Total', '', size(totalBytes(measured))],
  ];
  const width = (at: 0 | 1): number => Math.max(...rows.map((row) => row[at].length)) + 4;
  const [first, second] = [width(0), width(1)];
  return rows.map(([name, count, bytes]) => ` ${name.padEnd(first)} ${count.padEnd(second)} ${bytes}`).join('\n');
}

/** `12.3KB`; whole bytes without a fraction. */
function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : Number(value.toFixed(1))}${UNITS[unit]}`;
}

function asJson(
  { id, size: bytes, index, term, version }: ArchiveMeta,
  stats: SnapshotStats,
  options: Options,
): string {
  const shown = ({ name, bytes: sum, count }: Measured) => ({ Name: name, Sum: sum, Count: count });
  const keys = options.isOn('kvdetails')
    ? { StatsKV: stats.groups.map(shown), TotalSizeKV: totalBytes(stats.groups) }
    : { StatsKV: null, TotalSizeKV: 0 };
  const { StatsKV, TotalSizeKV } = keys;
  const Meta = { ID: id, Size: bytes, Index: index, Term: term, Version: version };
  const whole = { Meta, Stats: stats.types.map(shown), StatsKV, TotalSize: totalBytes(stats.types), TotalSizeKV };
  return JSON.stringify(whole, null, 3);
}
