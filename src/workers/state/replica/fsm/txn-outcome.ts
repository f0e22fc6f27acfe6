// What one operation of a transaction answers.

import type { TxnResult } from '../../../../wire/commands.js';

/** Mostly one. */
export type Results = { readonly results: readonly TxnResult[] };

/** Results, or the text of the error. */
export type OperationOutcome = Results | { readonly error: string };

export const NO_RESULT: Results = { results: [] };
