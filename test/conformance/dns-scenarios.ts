// The scenarios of the DNS kit as they lie there.

import path from 'node:path';
import { kitFolder, scenarioFiles } from './kit.js';
import type { Scenario } from './standing.js';

interface Step {
  readonly id?: string;
  readonly put?: string;
  readonly post?: string;
  readonly get?: string;
  readonly delete?: string;
}

export interface DnsScenario extends Scenario {
  /** Settings of the agent's own. */
  readonly config: object | null;
  /** There is a resolver for other zones. */
  readonly hasRecursor: boolean;
}

/** A failed request to the agent as the kit names it. */
function preparation({ put, post, get, delete: remove }: Step): readonly string[] {
  const requests = { PUT: put, POST: post, GET: get, DELETE: remove };
  return Object.entries(requests).flatMap(([method, target]) =>
    target === undefined ? [] : [`setup ${method} ${target}`],
  );
}

export function dnsScenarios(): readonly DnsScenario[] {
  const files = scenarioFiles<{
    readonly steps: readonly Step[];
    readonly config?: object;
    readonly recursor?: object;
  }>(path.join(kitFolder('dns'), 'scenarios'));
  return [...files].map(([name, { steps, config = null, recursor }]) => ({
    name,
    steps: steps.flatMap(({ id }) => id ?? []),
    preparations: steps.flatMap(preparation),
    config,
    hasRecursor: recursor !== undefined,
  }));
}
