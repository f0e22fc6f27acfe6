// What is wrong with a configuration, while it is being built: some findings end the work at once, others are collected and
// shown together (spec/agent.md, "Where errors come first").

import { formatDuration, parseDuration } from '../../gotext/duration.js';
import { quote } from '../../gotext/quote.js';

/** Ends the building; caught in load.ts, which makes a result of it. */
export class Refusal extends Error {}

export class Problems {
  readonly collected: string[] = [];
  readonly warnings: string[] = [];
  #last: string | null = null;

  refuse(text: string): never {
    throw new Refusal(text);
  }

  /** Ends it too, but only when everything else is in order. */
  refuseLast(text: string): void {
    this.#last ??= text;
  }

  finish(): void {
    if (this.#last !== null) this.refuse(this.#last);
  }

  add(text: string): void {
    this.collected.push(text);
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  /** A duration's nanoseconds; 0 when it is none. `least` is in nanoseconds too. */
  duration(key: string, text: string | undefined, least?: number): number {
    if (text === undefined || text === '') return 0;
    const parsed = parseDuration(text);
    if (!parsed.ok) {
      this.add(`${key}: invalid duration: ${quote(text)}: ${parsed.error}`);
      return 0;
    }
    if (least !== undefined && parsed.ns < least) {
      this.add(`${key}: duration '${text}' cannot be less than: ${formatDuration(least)}`);
    }
    return parsed.ns;
  }

  /** A duration in milliseconds. */
  milliseconds(key: string, text: string | undefined, least?: number): number {
    return this.duration(key, text, least) / 1e6;
  }
}
