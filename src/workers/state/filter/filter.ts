// What an expression compiles to: a test of items, or the error that the client sees.

/** The test that a filter stands for. */
export interface Matcher {
  matches(item: object): boolean;
  /** About how much a test of one item costs: its matches, and the steps of its patterns. At least 1. */
  readonly size: number;
}

export type Filter =
  | ({ readonly ok: true } & Matcher)
  | {
      readonly ok: false;
      /** The whole text of the HTTP error. */
      readonly error: string;
      /** A `syntax` error is one of the text alone; `binding` of a field, an operator or a value. */
      readonly stage: 'syntax' | 'binding';
      /** The text without its prefix, for the answers that have none. */
      readonly reason: string;
    };
