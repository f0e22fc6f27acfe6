// Runs rows: every subject once, then all of them again, so that whatever drifts on the machine drifts for all of them.

import fs from 'node:fs';
import path from 'node:path';
import type { Engine, Subject } from './agent.js';
import { type Agent, startAgent } from './agent.js';
import { CALIBRATIONS, type Calibration, type CalibrationSample, calibrate } from './calibration/calibrations.js';
import { temporaryDirectory } from './cleanup.js';
import { doubts } from './load-usage.js';
import { formatValue } from './report/format.js';
import type { CalibrationResult, Measured } from './report/outcome.js';
import { Progress } from './report/progress.js';
import { summarize } from './report/statistics.js';
import type { Row, Run, Sample } from './row.js';

export interface Plan {
  readonly rows: readonly Row[];
  /** Null: what each row asks for. */
  readonly engines: readonly Engine[] | null;
  /** Whether its package can be loaded here; where it can't, it is measured only when it is asked for, and fails. */
  readonly hasUws: boolean;
  readonly binary: string;
  readonly peer: string | null;
  readonly repeat: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly calibrate: boolean;
  /** Where lictor's threads write CPU profiles to, one directory a run. */
  readonly profileDirectory: string | null;
}

const CALIBRATION_SECONDS = 3;

export async function runPlan(plan: Plan): Promise<{ measured: Measured[]; calibrations: CalibrationResult[] }> {
  const jobs = plan.rows.map((row) => ({ row, subjects: subjectsOf(row, plan) }));
  const runs = jobs.reduce((sum, { subjects }) => sum + subjects.length * plan.repeat, 0);
  const wanted = plan.calibrate ? CALIBRATIONS.filter(({ key }) => plan.hasUws || key !== 'uws') : [];
  const progress = new Progress(runs + wanted.length * plan.repeat);
  const calibrations = await runCalibrations(wanted, plan, progress);
  const measured: Measured[] = [];
  for (const { row, subjects } of jobs) measured.push(...(await runRow(row, subjects, plan, progress)));
  progress.finish();
  return { measured, calibrations };
}

function subjectsOf(row: Row, plan: Plan): Subject[] {
  const engines = plan.engines ?? (row.dependsOnEngine && plan.hasUws ? ['net', 'uws'] : ['net']);
  const subjects: Subject[] = engines.map((engine) => ({
    name: `lictor ${engine}`,
    kind: 'lictor',
    binary: plan.binary,
    engine,
  }));
  if (plan.peer !== null && row.hasPeer) {
    subjects.push({ name: path.basename(plan.peer), kind: 'peer', binary: plan.peer, engine: null });
  }
  return subjects;
}

async function runCalibrations(
  wanted: readonly Calibration[],
  plan: Plan,
  progress: Progress,
): Promise<CalibrationResult[]> {
  const samples = new Map(wanted.map((calibration) => [calibration, [] as CalibrationSample[]]));
  for (let round = 1; round <= plan.repeat; round += 1) {
    for (const [calibration, taken] of samples) {
      progress.begin(`calibration, ${calibration.what}, run ${round}/${plan.repeat}`);
      const { directory, remove } = temporaryDirectory();
      try {
        const seconds = Math.min(CALIBRATION_SECONDS, plan.seconds);
        const sample = await calibrate(calibration, { warmUpSeconds: plan.warmUpSeconds, seconds, directory });
        taken.push(sample);
        progress.end(`${formatValue(sample.perSecond, '/s')} /s`);
      } finally {
        remove();
      }
    }
  }
  return [...samples].map(([calibration, taken]) => ({
    calibration,
    summary: summarize(taken.map(({ perSecond }) => perSecond)),
    notes: doubts(
      taken.map(({ usage }) => usage),
      false,
    ),
  }));
}

/** A run that fails ends its subject's runs of this row and is told in the table; the other rows go on. */
async function runRow(row: Row, subjects: readonly Subject[], plan: Plan, progress: Progress): Promise<Measured[]> {
  const found = subjects.map((subject) => ({ subject, samples: [] as Sample[], error: null as string | null }));
  for (let round = 1; round <= plan.repeat; round += 1) {
    for (const entry of found) {
      progress.begin(`row ${row.id}, ${entry.subject.name}, run ${round}/${plan.repeat}`);
      if (entry.error !== null) {
        progress.end('left out');
        continue;
      }
      try {
        const sample = await runOnce(row, entry.subject, round, plan, (step) => progress.say(step));
        entry.samples.push(sample);
        progress.end(describe(row, sample));
      } catch (error) {
        entry.error = error instanceof Error ? error.message : String(error);
        progress.end(`failed: ${entry.error}`);
      }
    }
  }
  return found.map((entry) => ({ row: row.id, ...entry }));
}

/** One execution of a row, with everything stopped and removed behind it. `round` tells its profiles from others. */
export async function runOnce(
  row: Row,
  subject: Subject,
  round: number,
  plan: Pick<Plan, 'seconds' | 'warmUpSeconds' | 'profileDirectory'>,
  say: (step: string) => void,
): Promise<Sample> {
  const { directory, remove } = temporaryDirectory();
  const agents: Agent[] = [];
  let asked = 0;
  let isOver = false;
  // A row may fail while others of its agents still start.
  const begun = (agent: Agent): void => {
    agents.push(agent);
    if (isOver) void agent.stop();
  };
  const run: Run = {
    subject,
    seconds: plan.seconds,
    warmUpSeconds: plan.warmUpSeconds,
    directory,
    say,
    startAgent: async (spec) => {
      if (isOver) throw new Error('the row is over');
      say('starting');
      const name = `agent-${asked}`;
      asked += 1;
      const own = path.join(directory, name);
      fs.mkdirSync(own);
      const profile = `row-${row.id}-${subject.engine}-run-${round}-${name}`;
      const environment = profileEnvironment(plan.profileDirectory, subject, profile);
      const whole = { ...spec, environment: { ...spec.environment, ...environment } };
      return startAgent(subject, whole, own, begun);
    },
  };
  try {
    return await row.run(run);
  } catch (error) {
    const dead = agents.find((agent) => agent.isLost);
    throw dead ? new Error(`the agent ended under load:\n${dead.logTail()}`, { cause: error }) : error;
  } finally {
    isOver = true;
    await Promise.all(agents.map((agent) => agent.stop()));
    remove();
  }
}

function profileEnvironment(
  profiles: string | null,
  subject: Subject,
  name: string,
): { readonly [variable: string]: string } {
  if (profiles === null || subject.kind === 'peer') return {};
  const directory = path.join(profiles, name);
  fs.mkdirSync(directory, { recursive: true });
  return { LICTOR_CPU_PROFILE_DIR: directory };
}

function describe(row: Row, sample: Sample): string {
  return row.metrics
    .flatMap(({ key, title, unit }) => {
      const value = sample.values[key];
      return value === undefined ? [] : [`${title} ${formatValue(value, unit)} ${unit}`];
    })
    .join(', ');
}
