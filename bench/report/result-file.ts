// A run's results as JSON: all samples, so that any figure can be made from them later, and the tables again.

import fs from 'node:fs';
import path from 'node:path';
import { CALIBRATIONS, type CalibrationKey } from '../calibration/calibrations.js';
import type { Machine } from '../machine.js';
import { repositoryRoot } from '../repository.js';
import { ROWS } from '../rows.js';
import type { CalibrationResult, Measured, Results } from './outcome.js';
import type { Summary } from './statistics.js';

const FORMAT = 1;

export interface Settings {
  readonly repeat: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly profiled: boolean;
}

interface ResultFile {
  readonly format: typeof FORMAT;
  readonly machine: Machine;
  readonly settings: Settings;
  readonly calibrations: readonly {
    readonly key: CalibrationKey;
    readonly summary: Summary;
    readonly notes: readonly string[];
  }[];
  readonly measured: readonly Measured[];
}

export function defaultResultPath(machine: Machine): string {
  const stamp = machine.date.slice(0, 19).replaceAll(':', '');
  return path.join(repositoryRoot, 'bench/results', `${stamp}-${machine.revision}.json`);
}

export function writeResults(file: string, machine: Machine, settings: Settings, results: Results): void {
  const content: ResultFile = {
    format: FORMAT,
    machine,
    settings,
    calibrations: results.calibrations.map(({ calibration, summary, notes }) => ({
      key: calibration.key,
      summary,
      notes,
    })),
    measured: results.measured,
  };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(content, null, 1)}\n`);
}

export function readResults(file: string): { readonly machine: Machine; readonly results: Results } {
  const content = JSON.parse(fs.readFileSync(file, 'utf8')) as ResultFile;
  if (content.format !== FORMAT) throw new Error(`${file} is no result of this harness`);
  const calibrations = CALIBRATIONS.flatMap((calibration): CalibrationResult[] => {
    const found = content.calibrations.find(({ key }) => key === calibration.key);
    return found ? [{ calibration, summary: found.summary, notes: found.notes }] : [];
  });
  const rows = ROWS.filter(({ id }) => content.measured.some(({ row }) => row === id));
  return { machine: content.machine, results: { rows, measured: content.measured, calibrations } };
}
