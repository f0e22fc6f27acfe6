// Reads go to the tables by way of this, because a restore replaces them all at once.

import type { Tables } from './tables/tables.js';

export interface CurrentTables {
  readonly tables: Tables;
}
