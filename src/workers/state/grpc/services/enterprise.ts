// Namespaces and partitions are Consul Enterprise's: only the ones that everything is in are known here.

import { type Refusal, refusal } from '../../methods/contract/refusal.js';

interface Place {
  readonly namespace: string;
  readonly partition: string;
}

export const DEFAULT = 'default';

export function refuseEnterprise({ namespace, partition }: Place): Refusal | null {
  for (const [what, name] of [
    ['namespace', namespace],
    ['partition', partition],
  ] as const) {
    if (name !== '' && name !== DEFAULT) return refusal('bad-request', `${what}s are a feature of Consul Enterprise`);
  }
  return null;
}
