// From samples to verdicts: the median of each figure, what it is held against (the peer of the same run, or the recorded
// figure scaled to this machine), and whether the goal is reached.

import type { Subject } from '../agent.js';
import { type Calibration, type CalibrationKey, machineFactor } from '../calibration/calibrations.js';
import { doubts } from '../load-usage.js';
import { type CurvePoint, type Goal, goalFor, type Metric, type Row, type Sample } from '../row.js';
import { type Summary, summarize } from './statistics.js';

/** All samples of one row with one subject. */
export interface Measured {
  readonly row: string;
  readonly subject: Subject;
  readonly samples: readonly Sample[];
  /** Why it could not be measured. */
  readonly error: string | null;
}

export interface CalibrationResult {
  readonly calibration: Calibration;
  readonly summary: Summary;
  readonly notes: readonly string[];
}

/** What a figure is held against. `scaled`: recorded elsewhere and scaled by a calibration; `recorded`: as it was there. */
export interface Reference {
  readonly value: number;
  /** Before it was scaled. */
  readonly recorded: number | null;
  readonly from: 'peer' | 'scaled' | 'recorded';
}

export interface Figure {
  readonly metric: Metric;
  readonly summary: Summary;
  readonly reference: Reference | null;
  readonly goal: Goal | null;
  readonly reached: boolean | null;
}

export interface Outcome {
  readonly row: Row;
  readonly subject: Subject;
  readonly figures: readonly Figure[];
  readonly cpuSeconds: number | null;
  readonly rssBytes: number | null;
  readonly notes: readonly string[];
  readonly curve: readonly CurvePoint[];
  readonly error: string | null;
}

export interface Results {
  readonly rows: readonly Row[];
  readonly measured: readonly Measured[];
  readonly calibrations: readonly CalibrationResult[];
}

export function outcomes(results: Results): Outcome[] {
  const found: Outcome[] = [];
  for (const row of results.rows) {
    for (const measured of results.measured) if (measured.row === row.id) found.push(outcomeOf(row, measured, results));
  }
  return found;
}

function outcomeOf(row: Row, measured: Measured, results: Results): Outcome {
  const { subject, samples, error } = measured;
  const figures: Figure[] = [];
  for (const metric of row.metrics) {
    const summary = summaryOf(samples, metric.key);
    if (summary === null) continue;
    const goal = goalFor(metric, subject.engine);
    const reference = subject.kind === 'peer' ? null : referenceFor(row, metric, goal, results);
    figures.push({ metric, summary, reference, goal, reached: isReached(goal, summary.median, reference) });
  }
  const usages = samples.flatMap(({ usage }) => (usage ? [usage] : []));
  const median = (values: readonly number[]): number | null => (values.length === 0 ? null : summarize(values).median);
  return {
    row,
    subject,
    figures,
    cpuSeconds: median(usages.map((usage) => usage.serverCpuSeconds)),
    rssBytes: median(usages.map((usage) => usage.serverRssBytes)),
    notes: notesOf(samples),
    curve: samples[samples.length >> 1]?.curve ?? [],
    error,
  };
}

function summaryOf(samples: readonly Sample[], key: string): Summary | null {
  const values = samples.flatMap((sample) => {
    const value = sample.values[key];
    return value === undefined ? [] : [value];
  });
  return values.length === 0 ? null : summarize(values);
}

function notesOf(samples: readonly Sample[]): string[] {
  const usages = samples.flatMap(({ usage }) => (usage ? [usage] : []));
  const throughput = samples.some((sample) => sample.throughput);
  return [...new Set(samples.flatMap(({ notes }) => notes ?? [])), ...doubts(usages, throughput)];
}

function referenceFor(row: Row, metric: Metric, goal: Goal | null, results: Results): Reference | null {
  const other = goal?.kind === 'times-peer' && goal.row !== undefined ? goal.row : row.id;
  const peer = results.measured.find((measured) => measured.row === other && measured.subject.kind === 'peer');
  const measured = peer ? summaryOf(peer.samples, metric.key) : null;
  if (measured !== null) return { value: measured.median, recorded: null, from: 'peer' };
  const recorded = other === row.id ? metric.recorded : recordedOf(results.rows, other, metric.key);
  if (recorded === undefined) return null;
  const factor = factorOf(metric.scaledBy, results.calibrations);
  if (factor === null) return { value: recorded, recorded, from: 'recorded' };
  return { value: metric.better === 'higher' ? recorded * factor : recorded / factor, recorded, from: 'scaled' };
}

function recordedOf(rows: readonly Row[], row: string, key: string): number | undefined {
  return rows.find(({ id }) => id === row)?.metrics.find((metric) => metric.key === key)?.recorded;
}

function factorOf(key: CalibrationKey | undefined, calibrations: readonly CalibrationResult[]): number | null {
  const found = calibrations.find(({ calibration }) => calibration.key === key);
  return found ? machineFactor(found.calibration, found.summary.median) : null;
}

/** Null when there is no goal, or nothing to hold the figure against. */
export function isReached(goal: Goal | null, value: number, reference: Reference | null): boolean | null {
  switch (goal?.kind) {
    case undefined:
      return null;
    case 'at-least':
      return value >= goal.value;
    case 'at-most':
      return value <= goal.value;
    case 'times-peer':
      return reference === null ? null : value >= goal.factor * reference.value;
    case 'below-peer':
      return reference === null ? null : value < reference.value;
  }
}
