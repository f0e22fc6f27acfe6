// Short comparisons of two ways to do the same: interleaved runs, medians, nanoseconds per operation.

export interface Comparison {
  readonly name: string;
  readonly first: string;
  readonly second: string;
  readonly firstNs: number;
  readonly secondNs: number;
}

const RUN_MS = 15;
const RUNS = 7;

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}

/** Keeps results alive, so that no run is optimised away. */
export let sink: unknown;

function timePerCall(run: () => unknown): number {
  const start = process.hrtime.bigint();
  const limit = BigInt(RUN_MS * 1_000_000);
  let calls = 0;
  let elapsed = 0n;
  while (elapsed < limit) {
    for (let i = 0; i < 8; i += 1) sink = run();
    calls += 8;
    elapsed = process.hrtime.bigint() - start;
  }
  return Number(elapsed) / calls;
}

/** Compares exactly two ways; each call of a way does `operations` operations. */
export function compare(name: string, operations: number, ways: { [way: string]: () => unknown }): Comparison {
  const [[first, runFirst], [second, runSecond]] = Object.entries(ways) as [
    [string, () => unknown],
    [string, () => unknown],
  ];
  timePerCall(runFirst);
  timePerCall(runSecond);
  const firsts: number[] = [];
  const seconds: number[] = [];
  for (let i = 0; i < RUNS; i += 1) {
    firsts.push(timePerCall(runFirst) / operations);
    seconds.push(timePerCall(runSecond) / operations);
  }
  return { name, first, second, firstNs: median(firsts), secondNs: median(seconds) };
}

/** `loses` is what follows where the first way is the slower one. */
export function printTable(title: string, comparisons: readonly Comparison[], loses: string): void {
  const { first = '', second = '' } = comparisons[0] ?? {};
  console.log(`\n${title}`);
  console.log(`${''.padEnd(68)}${first.padStart(12)}${second.padStart(12)}${'ratio'.padStart(8)}  decision`);
  for (const { name, firstNs, secondNs } of comparisons) {
    const ratio = secondNs / firstNs;
    const decision = ratio >= 0.97 ? first : loses;
    console.log(
      `${name.padEnd(68)}${firstNs.toFixed(0).padStart(9)} ns${secondNs.toFixed(0).padStart(9)} ns${ratio.toFixed(2).padStart(8)}  ${decision}`,
    );
  }
}
