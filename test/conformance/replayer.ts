// Runs a kit's replayer for one scenario. The DNS and the CLI kit start their agents themselves, on ports from a base on, and
// write what they find the same way: `ok NAME/STEP`, `FAIL NAME/STEP`, and `FAIL NAME: …` for what isn't a judged step.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { repositoryRoot } from '../data.js';
import { freePort } from '../ports.js';
import { kitFolder } from './kit.js';
import type { Outcome, Scenario } from './standing.js';

const LICTOR = path.join(repositoryRoot, 'lictor');
const DEADLINE_MS = 240_000;

export interface Replay {
  readonly output: string;
  /** It had to be ended. */
  readonly isLate: boolean;
}

/** In a process group of its own: when it is late, the agents that it started end with it. */
export async function runReplayer(script: string, args: readonly string[]): Promise<Replay> {
  const child = spawn(process.execPath, [script, ...args], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let isLate = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const timer = setTimeout(() => {
    isLate = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, DEADLINE_MS);
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { output, isLate };
}

export const LATE = `still running after ${DEADLINE_MS / 1000} s`;

/** Ports for one replay after the other: each gets its own base, so that two at the same time don't meet. */
export class PortBases {
  readonly #width: number;
  #next: Promise<number> | null = null;

  /** `width`: how far the bases are apart. */
  constructor(width: number) {
    this.#width = width;
  }

  /** Below the range that the system takes ports of outgoing connections from; the kits lease what they use. */
  async take(): Promise<number> {
    this.#next ??= freePort().then((port) => 10_000 + (port % 18_000));
    const base = this.#next;
    this.#next = base.then((port) => port + this.#width);
    return await base;
  }
}

/** A replay by a kit that starts `./lictor agent` for the scenario. `more`: arguments of the kit's replayer. */
export async function replayWithOwnAgents(
  kit: string,
  bases: PortBases,
  scenario: Scenario,
  more: readonly string[] = [],
): Promise<Outcome> {
  const folder = kitFolder(kit);
  const file = path.join(folder, 'scenarios', `${scenario.name}.json`);
  const base = String(await bases.take());
  const args = ['--bin', LICTOR, '--port-base', base, '--scenarios', file, '-v', ...more];
  const { output, isLate } = await runReplayer(path.join(folder, 'replay.mjs'), args);
  return readReplay(output, isLate);
}

export function readReplay(output: string, isLate: boolean): Outcome {
  const names = (pattern: RegExp): readonly string[] => [...output.matchAll(pattern)].map(([, name = '']) => name);
  const didNotStart = /agent (?:main )?did not start:/.test(output);
  const isComplete = /^\d+ passed, \d+ failed$/m.test(output);
  const died = output.includes('the agent died');
  return {
    passed: names(/^ok {3}[^/\s]+\/(\S+)$/gm),
    failed: [...names(/^FAIL [^/\s:]+\/(\S+)/gm), ...names(/^FAIL [^/\s:]+: (.+?): /gm)],
    refusal: didNotStart ? output : null,
    lost: lostAs({ isLate, died, isComplete: isComplete || didNotStart }),
    output,
  };
}

function lostAs(what: {
  readonly isLate: boolean;
  readonly died: boolean;
  readonly isComplete: boolean;
}): string | null {
  if (what.isLate) return LATE;
  if (what.died) return 'the agent died';
  return what.isComplete ? null : 'the replayer ended early';
}
