// What the servers say of one kind of proxy: the question, the newest answer, and which of this agent's services it is about.

import type { ResolvedServiceConfig, ServiceConfigQuestion } from '../../methods/mesh/service-config.js';
import type { ServicePut } from '../state/entries.js';

/** Whose token a question is asked with. */
export type Registrant = Pick<ServicePut, 'token' | 'fromConfigFile'>;

export class FollowedConfig {
  readonly key: string;
  readonly question: ServiceConfigQuestion;
  readonly registrant: Registrant;
  /** IDs. */
  readonly services = new Set<string>();
  /** Registrations that wait for the first answer. */
  waiting = 0;
  readonly stopped = new AbortController();
  /** Done when it was asked for the first time, whatever came of that. */
  readonly tried: Promise<void>;
  /** null: there is none yet. */
  answer: ResolvedServiceConfig | null = null;
  /** Of the answer; 0: the next query doesn't wait for another one. */
  index = 0;
  /** Before the next try; 0: the last one succeeded. */
  pauseMs = 0;
  #setTried: () => void = () => {};

  constructor(key: string, question: ServiceConfigQuestion, { token, fromConfigFile }: Registrant) {
    this.key = key;
    this.question = question;
    this.registrant = { token, fromConfigFile };
    this.tried = new Promise((resolve) => {
      this.#setTried = resolve;
    });
  }

  get isNeeded(): boolean {
    return this.services.size > 0 || this.waiting > 0;
  }

  wasTried(): void {
    this.#setTried();
  }
}

export function configKey(question: ServiceConfigQuestion, { token, fromConfigFile }: Registrant): string {
  const { service, upstreams, mode } = question;
  // Where a service has a token of its own, it doesn't matter where it comes from.
  const origin = token === '' && fromConfigFile;
  return JSON.stringify([service, mode, token, origin, upstreams.map(({ name, peer }) => [name, peer])]);
}
