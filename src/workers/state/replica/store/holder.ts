// Reads go through a holder of the tables, because a restore replaces them all at once.

import type { Tables } from './tables/tables.js';

export interface TablesHolder {
  readonly tables: Tables;
}
