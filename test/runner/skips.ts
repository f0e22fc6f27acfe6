// Skipped tests: elsewhere they are said, in CI each has to be on a list with its reason.

export interface AllowedSkip {
  /** Relative to the suites' root, without its ending. */
  readonly file: string;
  readonly name: RegExp;
  readonly reason: string;
  /** Of which versions of node it is said (`v24.1.0`); left out: of all. */
  readonly nodes?: RegExp;
}

export interface SkippedTest {
  readonly file: string;
  /** The version of the node that ran it. */
  readonly node: string;
  readonly name: string;
  readonly reason: string;
  readonly isWhole: boolean;
}

/** What is wrong with them in CI, one text each. `ran`: which suites, and by which versions of node. */
export function skipProblems(
  skipped: readonly SkippedTest[],
  allowed: readonly AllowedSkip[],
  ran: readonly { readonly suite: string; readonly node: string }[],
): string[] {
  const isOf = ({ nodes }: AllowedSkip, node: string): boolean => nodes === undefined || nodes.test(node);
  const covers = (entry: AllowedSkip, { file, name, node }: SkippedTest): boolean =>
    entry.file === file && entry.name.test(name) && isOf(entry, node);
  const unlisted = skipped.filter((test) => !allowed.some((entry) => covers(entry, test)));
  const stale = allowed.filter(
    (entry) =>
      ran.some(({ suite, node }) => entry.file.startsWith(`${suite}/`) && isOf(entry, node)) &&
      !skipped.some((test) => covers(entry, test)),
  );
  return [
    ...unlisted.map(
      ({ file, name, node }) =>
        `${file}: "${name}" was skipped by node ${node}, and isn't on the list of those that may be`,
    ),
    ...stale.map(({ file, name }) => `${file}: ${name} is on the list of skips, but skips nothing`),
  ];
}
