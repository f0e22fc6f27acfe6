// What the rules of one resource grant for a name: that of the exact rule, else that of the longest prefix. Compiled once for a
// token; a look-up goes through the name and no rule.

import { PrefixTree } from '../prefixes/prefix-tree.js';
import type { Grant } from './rules/rule.js';

/** How much is granted, as a number to compare: 0 is nothing. */
export const LEVELS: Readonly<Record<Grant, number>> = { deny: 0, read: 1, list: 2, write: 3 };

/** Of two rules for the same name the one that denies, else the one that grants more. */
export function stronger(one: Grant, other: Grant): Grant {
  if (one === 'deny' || other === 'deny') return 'deny';
  return LEVELS[one] > LEVELS[other] ? one : other;
}

export interface LevelledRule {
  readonly isPrefix: boolean;
  readonly name: string;
  readonly level: number;
}

export class RuleSet {
  readonly #rules: readonly LevelledRule[];
  readonly #exact = new Map<string, number>();
  readonly #prefixes = new PrefixTree<number>();
  readonly #fallback: number;
  /** What every name is granted at least. */
  readonly lowest: number;
  /** What some name may be granted at most. */
  readonly highest: number;

  /** `rules`: no two of them for the same names. `fallback`: for a name that none of them is for. */
  constructor(rules: readonly LevelledRule[], fallback: number) {
    this.#rules = rules;
    this.#fallback = fallback;
    for (const { isPrefix, name, level } of rules) {
      if (isPrefix) this.#prefixes.set(name, level);
      else this.#exact.set(name, level);
    }
    const levels = rules.map(({ level }) => level);
    const others = this.#prefixes.longest('') ?? fallback;
    this.lowest = levels.reduce((least, level) => Math.min(least, level), others);
    this.highest = levels.reduce((most, level) => Math.max(most, level), others);
  }

  of(name: string): number {
    return this.#exact.get(name) ?? this.#prefixes.longest(name) ?? this.#fallback;
  }

  /** What every name that begins with `prefix` is granted at least. */
  lowestUnder(prefix: string): number {
    if (prefix === '') return this.lowest;
    let lowest = this.#prefixes.longest(prefix) ?? this.#fallback;
    for (const { name, level } of this.#rules) {
      if (level < lowest && name.startsWith(prefix)) lowest = level;
    }
    return lowest;
  }
}
