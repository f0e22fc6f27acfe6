// What an agent calls itself.

import type { Client, Parsed } from './client.js';

interface Self {
  readonly Config: { readonly NodeName: string; readonly Datacenter: string };
}

export async function ownNode(client: Client): Promise<Parsed<{ readonly name: string; readonly datacenter: string }>> {
  const answer = await client.json<Self>('/v1/agent/self');
  if (!answer.ok) return answer;
  const { NodeName, Datacenter } = answer.value.Config;
  return { ok: true, value: { name: NodeName, datacenter: Datacenter } };
}
