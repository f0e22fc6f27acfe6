// A CPU profile of the calling thread, for finding out where time goes: with LICTOR_CPU_PROFILE_DIR set, each thread writes
// <directory>/<thread>.cpuprofile when it ends. Tools that look at the process from outside don't see into its workers.

import fs from 'node:fs/promises';
import type { Profiler, Session } from 'node:inspector';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The inspector is large, and few agents are profiled. */
const load = createRequire(import.meta.url);

const DIRECTORY_VARIABLE = 'LICTOR_CPU_PROFILE_DIR';
/** Fine enough for functions that take microseconds; the profiler itself stays below a few percent. */
const SAMPLING_INTERVAL_MICROS = 500;

/** Null when no profile is wanted. The returned function ends the profile and writes it; rejects when it can't be written. */
export function startCpuProfile(threadName: string): (() => Promise<void>) | null {
  const directory = process.env[DIRECTORY_VARIABLE];
  if (directory === undefined || directory === '') return null;
  const inspector = load('node:inspector') as typeof import('node:inspector');
  const session = new inspector.Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_MICROS });
  session.post('Profiler.start');
  return async () => {
    const profile = await stop(session);
    session.disconnect();
    await fs.mkdir(directory, { recursive: true });
    await fs.writeFile(path.join(directory, `${threadName}.cpuprofile`), JSON.stringify(profile));
  };
}

function stop(session: Session): Promise<Profiler.Profile> {
  return new Promise((resolve, reject) => {
    session.post('Profiler.stop', (error, result) => {
      if (error) reject(error);
      else resolve(result.profile);
    });
  });
}
