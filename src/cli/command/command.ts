// What a command is: its name, its flags, its help, and what it does.

import type { Flag, FlagValue } from '../../gotext/flag-set.js';

/** What the command line said after the command's name. */
export class Options {
  readonly words: readonly string[];
  readonly #values: ReadonlyMap<string, FlagValue>;

  constructor(values: ReadonlyMap<string, FlagValue>, words: readonly string[]) {
    this.#values = values;
    this.words = words;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string {
    const value = this.#values.get(name);
    return value === undefined ? '' : String(value);
  }

  isOn(name: string): boolean {
    return this.#values.get(name) === true;
  }

  list(name: string): readonly string[] {
    const value = this.#values.get(name);
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }

  /** `key=value` flags as pairs. */
  pairs(name: string): readonly (readonly [key: string, value: string])[] {
    return this.list(name).map((pair) => {
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
    });
  }
}

export interface Command {
  /** After the program's name: `kv get [options] [KEY_OR_PREFIX]`. */
  readonly usage: string;
  readonly about: string;
  readonly flags: readonly Flag[];
  /** Resolves with the exit code. */
  run(options: Options): Promise<number>;
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Says what went wrong; the exit code that goes with it. */
export function fail(text: string): number {
  process.stderr.write(`${text}\n`);
  return 1;
}
