// Reads of the certificate authority of the mesh (spec/fsm.md, section 4).

import { trustDomainOf } from '../../../../wire/mesh/trust-domain.js';
import type { CaConfiguration, CaProviderState, CaRoot } from '../../../../wire/records.js';
import type { CurrentTables } from './current-tables.js';
import type { AuthorityReads, AuthorityState, ReadResult } from './read-api.js';
import { CA_CONFIG_KEY, type Tables } from './tables/tables.js';

export class AuthorityTableReads implements AuthorityReads {
  readonly #current: CurrentTables;
  /** The same object for as long as nothing has changed: who waits for another answer compares them. */
  #last: { readonly tables: Tables; readonly result: ReadResult<AuthorityState> } | null = null;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  state(): ReadResult<AuthorityState> {
    const { tables } = this.#current;
    const { config, rootsIndex } = this;
    const index = Math.max(rootsIndex, config?.ModifyIndex ?? 0);
    if (this.#last === null || this.#last.tables !== tables || this.#last.result.index !== index) {
      const value = { trustDomain: trustDomainOf(config?.ClusterID ?? ''), roots: tables.caRoots.rows.allValues() };
      this.#last = { tables, result: { index, value } };
    }
    return this.#last.result;
  }

  get config(): CaConfiguration | undefined {
    return this.#current.tables.caConfig.get(CA_CONFIG_KEY);
  }

  get rootsIndex(): number {
    return this.#current.tables.index.get('connect-ca-roots');
  }

  get activeRoot(): CaRoot | undefined {
    return this.#current.tables.caRoots.rows.allValues().find(({ Active }) => Active);
  }

  providerStates(): readonly CaProviderState[] {
    return this.#current.tables.caProviderState.rows.allValues();
  }
}
