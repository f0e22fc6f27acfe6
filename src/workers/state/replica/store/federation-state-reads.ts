// Reads of federation states (spec/fsm.md, section 4).

import type { FederationState } from '../../../../wire/records.js';
import type { CurrentTables } from './current-tables.js';
import type { FederationStateReads, ReadResult } from './read-api.js';
import { keyPart } from './tables/table-key.js';
import { FEDERATION_STATES_INDEX } from './tables/tables.js';

export class FederationStateTableReads implements FederationStateReads {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  get(datacenter: string): ReadResult<FederationState | null> {
    const { federationStates } = this.#current.tables;
    return this.#at(federationStates.get(keyPart(datacenter)) ?? null);
  }

  list(): ReadResult<readonly FederationState[]> {
    return this.#at(this.#current.tables.federationStates.rows.allValues());
  }

  #at<T>(value: T): ReadResult<T> {
    return { index: this.#current.tables.index.get(FEDERATION_STATES_INDEX), value };
  }
}
