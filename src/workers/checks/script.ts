// The script check: runs a command directly (no shell) in its own process group and judges its exit code. Over time the
// whole group is killed, and the check doesn't run again before the process has really ended (spec/agent.md section 3).

import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { Socket } from 'node:net';
import { formatDuration } from '../../gotext/duration.js';
import { codeOf, errnoText } from '../../gotext/errno.js';
import { quote } from '../../gotext/quote.js';
import type { Probe } from '../../wire/checks/check-task.js';
import type { CheckStatus } from '../../wire/records.js';
import { OutputRing } from './probe/output.js';
import { type Cancel, critical, type Done, type ProbeRun } from './probe/probe.js';
import type { ScriptPipe } from './probe/script-pipe.js';

type ScriptProbe = Extract<Probe, { kind: 'script' }>;

/** How long a killed script's end, and the end of what it wrote, are waited for. */
const GRACE_MS = 1000;

/** Runs whose killed process hasn't ended: the kernel may hold one for as long as a disk hangs. */
const unended = new WeakSet<object>();

export function startScript(run: ProbeRun<ScriptProbe>, done: Done): Cancel {
  const text = timeoutText(run.timeoutMs);
  if (unended.has(run)) {
    done(critical(text));
    return () => {};
  }
  if (run.probe.args.length === 0) {
    done(critical('exec: no command'));
    return () => {};
  }
  const attempt = new ScriptAttempt(run, done);
  return () => attempt.cancel();
}

function timeoutText(timeoutMs: number): string {
  return `Timed out (${formatDuration(timeoutMs * 1e6)}) running check`;
}

/** Go's error for a command that can't be started: looked up in PATH unless it has a slash. */
function startError(command: string, error: unknown): string {
  const isNamed = !command.includes('/');
  if (isNamed && codeOf(error) === 'ENOENT') return `exec: ${quote(command)}: executable file not found in $PATH`;
  return isNamed ? `exec: ${quote(command)}: ${errnoText(error)}` : `fork/exec ${command}: ${errnoText(error)}`;
}

function statusOf(exitCode: number | null): CheckStatus {
  if (exitCode === 0) return 'passing';
  return exitCode === 1 ? 'warning' : 'critical';
}

class ScriptAttempt {
  readonly #run: ProbeRun<ScriptProbe>;
  readonly #done: Done;
  readonly #output: OutputRing;
  readonly #timer: NodeJS.Timeout;
  #graceTimer: NodeJS.Timeout | null = null;
  #child: ChildProcess | null = null;
  /** What is still to end: the process, and each stream it writes to. */
  #open = 0;
  #hasExited = false;
  #exitCode: number | null = null;
  #readers: { destroy(): unknown }[] = [];
  #timedOut = false;
  #settled = false;

  constructor(run: ProbeRun<ScriptProbe>, done: Done) {
    this.#run = run;
    this.#done = done;
    this.#output = new OutputRing(run.outputMaxBytes);
    this.#timer = setTimeout(() => this.#kill(), run.timeoutMs);
    run.context.pipes.take((pipe) => {
      if (this.#settled) closePipe(pipe);
      else this.#start(pipe);
    });
  }

  cancel(): void {
    this.#settled = true;
    this.#killGroup();
    this.#release();
  }

  #start(pipe: ScriptPipe | null): void {
    const { probe, context } = this.#run;
    const [command = '', ...args] = probe.args;
    let child: ChildProcess;
    try {
      child = spawn(command, args, {
        detached: true,
        env: { ...context.environment },
        stdio: pipe === null ? ['ignore', 'pipe', 'pipe'] : ['ignore', pipe.writeFd, pipe.writeFd],
      });
    } catch (error) {
      closePipe(pipe);
      this.#failedToStart(startError(command, error));
      return;
    }
    if (pipe !== null) fs.closeSync(pipe.writeFd);
    this.#child = child;
    child.once('error', (error) => {
      if (child.pid === undefined) this.#failedToStart(startError(command, error));
    });
    this.#open = 1;
    if (pipe === null) for (const stream of [child.stdout, child.stderr]) this.#read(stream);
    else this.#read(new Socket({ fd: pipe.readFd, readable: true, writable: false }));
    if (child.pid === undefined) return;
    context.scripts.add(child);
    child.once('exit', (code) => {
      context.scripts.delete(child);
      unended.delete(this.#run);
      this.#hasExited = true;
      this.#exitCode = code;
      this.#ended();
    });
  }

  #read(stream: NodeJS.ReadableStream | Socket | null): void {
    if (stream === null) return;
    this.#open += 1;
    if (stream instanceof Socket) this.#readers.push(stream);
    stream.on('data', (chunk: Buffer) => this.#output.write(chunk));
    stream.on('error', () => {});
    stream.once('close', () => this.#ended());
  }

  #ended(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    if (this.#timedOut) this.#settleTimeout();
    else this.#settle(statusOf(this.#exitCode), this.#output.textWithNotice());
  }

  #failedToStart(error: string): void {
    if (this.#settled) return;
    this.#run.context.logger.error('Check failed to invoke', 'check', this.#run.checkId, 'error', error);
    this.#settle('critical', error);
  }

  #kill(): void {
    const { context, checkId, timeoutMs } = this.#run;
    this.#timedOut = true;
    context.logger.warn('Timed out running check', 'check', checkId, 'timeout', formatDuration(timeoutMs * 1e6));
    if (this.#child === null) {
      this.#settleTimeout();
      return;
    }
    this.#killGroup();
    this.#graceTimer = setTimeout(() => this.#settleTimeout(), GRACE_MS);
  }

  #settleTimeout(): void {
    if (this.#child !== null && !this.#hasExited) unended.add(this.#run);
    const output = this.#output.textWithNotice();
    const text = timeoutText(this.#run.timeoutMs);
    this.#settle('critical', output === '' ? text : `${text}\n\n${output}`);
  }

  #killGroup(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  }

  #settle(status: CheckStatus, output: string): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#release();
    this.#done({ status, output });
  }

  #release(): void {
    clearTimeout(this.#timer);
    if (this.#graceTimer !== null) clearTimeout(this.#graceTimer);
    for (const reader of this.#readers) reader.destroy();
    this.#readers = [];
  }
}

function closePipe(pipe: ScriptPipe | null): void {
  if (pipe === null) return;
  fs.closeSync(pipe.readFd);
  fs.closeSync(pipe.writeFd);
}
