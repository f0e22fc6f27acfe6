// Where a server stands: its role, whom it takes for the leader, and what of both was told.

import type { ServerId, Term } from './entry.js';
import type { Role, RoleChange, SoftState } from './ready.js';

export class Standing {
  leader: ServerId | null = null;
  #role: Role = 'follower';
  #roles: RoleChange[] = [];
  #told: SoftState;

  /** A server starts as a follower of nobody, and nobody has to be told that. */
  constructor(term: Term) {
    this.#told = { role: 'follower', term, leader: null };
  }

  get role(): Role {
    return this.#role;
  }

  get hasChanges(): boolean {
    return this.#roles.length > 0;
  }

  /** `tally`: the votes of an election just won, 0 otherwise. */
  become(role: Role, term: Term, tally: number): void {
    this.#role = role;
    this.#roles.push({ role, term, tally });
  }

  /** The changes since the last call, in their order. */
  takeChanges(): readonly RoleChange[] {
    const roles = this.#roles;
    this.#roles = [];
    return roles;
  }

  /** null when it is as the last call said. */
  takeSoft(term: Term): SoftState | null {
    const { leader } = this;
    const role = this.#role;
    const told = this.#told;
    if (told.role === role && told.term === term && told.leader === leader) return null;
    this.#told = { role, term, leader };
    return this.#told;
  }
}
