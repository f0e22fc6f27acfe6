// Time to live of service answers (spec/dns.md, section 2): the exact name, else the longest prefix pattern (`db*`, `*`).

export class ServiceTtl {
  readonly #exact = new Map<string, number>();
  readonly #prefixes: readonly (readonly [string, number])[];

  /** `ttlMs`: name or pattern → milliseconds; whole seconds count. */
  constructor(ttlMs: { readonly [pattern: string]: number }) {
    const prefixes: [string, number][] = [];
    for (const [pattern, ms] of Object.entries(ttlMs)) {
      const seconds = Math.floor(ms / 1000);
      if (pattern.endsWith('*')) prefixes.push([pattern.slice(0, -1), seconds]);
      else this.#exact.set(pattern, seconds);
    }
    this.#prefixes = prefixes.sort(([a], [b]) => b.length - a.length);
  }

  /** Seconds for a lower-cased service name; 0 when nothing fits. */
  of(service: string): number {
    return this.#exact.get(service) ?? this.#prefixes.find(([prefix]) => service.startsWith(prefix))?.[1] ?? 0;
  }
}
