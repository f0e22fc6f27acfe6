// A load client in a process of its own, so that it shares no thread with the harness: started with fork, told what to do by
// one message at a time, each answered by one.

import { type ChildProcess, fork } from 'node:child_process';
import { cleanUpLater } from '../cleanup.js';
import { generatorProcesses } from '../load-usage.js';

export type Answer<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly error: string };

export class LoadProcess<Command extends object, Result> {
  readonly #child: ChildProcess;
  readonly #forget: () => void;

  constructor(program: URL) {
    this.#child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    if (this.#child.pid !== undefined) generatorProcesses.add(this.#child.pid);
    this.#forget = cleanUpLater(() => {
      if (this.#child.pid !== undefined) generatorProcesses.delete(this.#child.pid);
      this.#child.kill('SIGKILL');
    });
  }

  call(command: Command): Promise<Result> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('the load process ended'));
      this.#child.once('exit', ended);
      this.#child.once('message', (message) => {
        this.#child.off('exit', ended);
        const answer = message as Answer<Result>;
        if (answer.ok) resolve(answer.result);
        else reject(new Error(answer.error));
      });
      this.#child.send(command);
    });
  }

  stop(): void {
    this.#forget();
  }
}

/** A clock that all processes of the machine share. */
export function absoluteMs(): number {
  return performance.timeOrigin + performance.now();
}

/** The other side: what the load program calls. Ends with its parent. */
export function serveCommands<Command, Result>(run: (command: Command) => Promise<Result>): void {
  const answer = (message: Answer<Result>): void => {
    process.send?.(message);
  };
  process.on('message', (command: Command) => {
    run(command).then(
      (result) => answer({ ok: true, result }),
      (error: unknown) => answer({ ok: false, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}
