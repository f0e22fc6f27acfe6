// What one operation of a transaction answers.

import type { TxnResult } from '../../../../wire/commands.js';

/** Results (mostly one), or the text of the error. */
export type OperationOutcome = { readonly results: readonly TxnResult[] } | { readonly error: string };

export const NO_RESULT: OperationOutcome = { results: [] };
