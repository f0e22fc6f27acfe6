// What a filter expression is once parsed (spec/filter.md, section 1). Chains of `and` and `or` are flat lists, so that
// neither binding nor evaluating recurses deeper than the parentheses of the text.

export type Operator =
  | 'Equal'
  | 'Not Equal'
  | 'In'
  | 'Not In'
  | 'Is Empty'
  | 'Is Not Empty'
  | 'Matches'
  | 'Not Matches';

export interface Match {
  readonly kind: 'match';
  readonly selector: readonly string[];
  readonly operator: Operator;
  /** "" for `is empty` and `is not empty`. */
  readonly value: string;
}

export type Expression =
  | Match
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression };

export type ParsedExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly error: string };
