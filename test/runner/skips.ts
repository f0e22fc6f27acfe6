// Skipped tests: elsewhere they are said, in CI each has to be on a list with its reason.

export interface AllowedSkip {
  /** Relative to the suites' root, without its ending. */
  readonly file: string;
  readonly name: RegExp;
  readonly reason: string;
}

export interface SkippedTest {
  readonly file: string;
  readonly name: string;
  readonly reason: string;
}

/** What is wrong with them in CI, one text each. `suites` are those that ran. */
export function skipProblems(
  skipped: readonly SkippedTest[],
  allowed: readonly AllowedSkip[],
  suites: readonly string[],
): string[] {
  const covers = (entry: AllowedSkip, { file, name }: SkippedTest): boolean =>
    entry.file === file && entry.name.test(name);
  const unlisted = skipped.filter((test) => !allowed.some((entry) => covers(entry, test)));
  const stale = allowed.filter(
    (entry) => suites.includes(entry.file.split('/')[0] ?? '') && !skipped.some((test) => covers(entry, test)),
  );
  return [
    ...unlisted.map(({ file, name }) => `${file}: "${name}" was skipped, and isn't on the list of those that may be`),
    ...stale.map(({ file, name }) => `${file}: ${name} is on the list of skips, but skips nothing`),
  ];
}
