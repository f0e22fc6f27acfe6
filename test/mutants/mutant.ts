// A breakage that is kept: one small change of a source file that some test must notice. The lists under `lists/` hold them
// by area, `mutants.test.ts` makes each of them and sees its tests fail.

export interface Mutant {
  /** What is broken, in a few words; unique. */
  readonly name: string;
  /** The source file, relative to `src/`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Test files relative to `test/`, without their ending, the quickest first: one of them must fail. */
  readonly tests: readonly string[];
  /** Variables that the tests run with: what makes a long one short. */
  readonly environment?: { readonly [name: string]: string };
}
