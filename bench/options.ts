// The harness's command line.

import { parseArgs } from 'node:util';
import type { Engine } from './agent.js';

export const USAGE = `Usage: npm run bench -- [options]

  --rows LIST      rows to run, e.g. 1,4,6 or loop-delay or curve (default: all)
  --engine WHICH   net, uws or both (default: both for rows that depend on the engine, net for the others)
  --peer PATH      a Consul-compatible binary, run interleaved with the same flags
  --bin PATH       the lictor to measure (default: ./lictor)
  --repeat N       runs of each row and subject (default: 3)
  --seconds S      length of a measured stretch (default: 5)
  --warm-up S      length of the stretch before it (default: 2)
  --out FILE       where the JSON goes (default: bench/results/DATE-REVISION.json)
  --markdown       print the table for bench/RESULTS.md
  --from FILE      print the tables of an earlier run instead of running
  --profile        write a CPU profile of each of lictor's threads beside the JSON, and their summary
  --no-calibration leave the calibration out: figures can't be held against recorded ones then
  --list           list the rows
`;

export interface Options {
  readonly rows: readonly string[] | null;
  readonly engines: readonly Engine[] | null;
  readonly peer: string | null;
  readonly bin: string | null;
  readonly repeat: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly out: string | null;
  readonly markdown: boolean;
  readonly from: string | null;
  readonly profile: boolean;
  readonly calibrate: boolean;
  readonly list: boolean;
}

export type ParsedOptions =
  | { readonly ok: true; readonly options: Options }
  | { readonly ok: false; readonly error: string };

export function parseOptions(argv: readonly string[], knownRows: readonly string[]): ParsedOptions {
  try {
    return { ok: true, options: parse(argv, knownRows) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

function parse(argv: readonly string[], knownRows: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rows: { type: 'string' },
      engine: { type: 'string' },
      peer: { type: 'string' },
      bin: { type: 'string' },
      repeat: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      'warm-up': { type: 'string', default: '2' },
      out: { type: 'string' },
      from: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      'no-calibration': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) throw new Error(USAGE);
  const rows = values.rows?.split(',').map((row) => row.trim()) ?? null;
  for (const row of rows ?? []) {
    if (!knownRows.includes(row)) throw new Error(`no row "${row}": there are ${knownRows.join(', ')}`);
  }
  return {
    rows,
    engines: engines(values.engine),
    peer: values.peer ?? null,
    bin: values.bin ?? null,
    repeat: wholeNumber('repeat', values.repeat),
    seconds: wholeNumber('seconds', values.seconds),
    warmUpSeconds: wholeNumber('warm-up', values['warm-up']),
    out: values.out ?? null,
    markdown: values.markdown,
    from: values.from ?? null,
    profile: values.profile,
    calibrate: !values['no-calibration'],
    list: values.list,
  };
}

function engines(value: string | undefined): readonly Engine[] | null {
  switch (value) {
    case undefined:
      return null;
    case 'net':
    case 'uws':
      return [value];
    case 'both':
      return ['net', 'uws'];
    default:
      throw new Error(`--engine is net, uws or both, not "${value}"`);
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a whole number from 1, not "${text}"`);
  return value;
}
