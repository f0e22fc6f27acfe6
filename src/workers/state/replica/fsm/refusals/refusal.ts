// How a write says no: with the text the client will see, or with null when it was done.

/** The text of the error that aborts the command; null: done. */
export type Refusal = string | null;

export const MISSING_NODE = 'Missing node registration';
export const MISSING_SERVICE = 'Missing service registration';
