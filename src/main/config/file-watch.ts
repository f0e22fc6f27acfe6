// `auto_reload_config`: the files that the configuration came from, and those of TLS that it names, are looked at once a second;
// when they have changed and stayed so for a second, as whoever writes several of them needs, the agent reloads. They are asked for their size
// and times, through links, since what replaces whole directories by a link, or lies on a network, sends no events.

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

const PERIOD_MS = 1_000;

/** What the command line names, files and directories. */
export interface ConfigPaths {
  readonly paths: readonly string[];
  /** Files of a directory count whatever they are called (`-config-format`). */
  readonly takesAnyName: boolean;
}

export interface FileWatchOptions {
  readonly config: ConfigPaths;
  /** Those that the configuration names now; "" for none. */
  readonly others: () => readonly string[];
  readonly changed: () => void;
}

/** Looks until it is ended by the result. */
export function watchFiles({ config, others, changed }: FileWatchOptions): () => void {
  let isOver = false;
  let known: string | null = null;
  let last: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const now = await stateOf(config, others());
    if (isOver) return;
    known ??= now;
    if (now !== known && now === last) {
      known = now;
      changed();
    }
    last = now;
    timer = setTimeout(() => void look(), PERIOD_MS);
    timer.unref();
  };
  void look();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

async function stateOf({ paths, takesAnyName }: ConfigPaths, others: readonly string[]): Promise<string> {
  const states: string[] = [];
  for (const given of [...paths, ...others]) {
    if (given === '') continue;
    const names = await readdir(given).catch(() => null);
    if (names === null) states.push(await fileState(given));
    else
      for (const name of names.sort())
        if (takesAnyName || /\.(hcl|json|pem|crt|cer)$/.test(name))
          states.push(await fileState(path.join(given, name)));
  }
  return states.join('\n');
}

async function fileState(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(file);
    return `${file} ${ino} ${size} ${mtimeMs}`;
  } catch {
    return `${file} is absent`;
  }
}
