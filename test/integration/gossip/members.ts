// What agents say of the members of their LAN pool.

import { type AgentProcess, waitFor } from '../../agent-process.js';

/** As -dev has it: a failure is seen within a second. */
export const FAST = [
  '-hcl',
  'gossip_lan { gossip_interval = "100ms" probe_interval = "100ms" probe_timeout = "100ms" suspicion_mult = 3 }',
];
export const DEADLINE_MS = 30_000;

export interface Member {
  readonly Name: string;
  readonly Status: number;
  readonly Tags: { readonly [tag: string]: string };
}
export const ALIVE = 1;
export const LEFT = 3;
export const FAILED = 4;

export async function statuses(agent: AgentProcess): Promise<{ [name: string]: number }> {
  const members = (await agent.json('/v1/agent/members')) as readonly Member[];
  return Object.fromEntries(members.map(({ Name, Status }) => [Name, Status]));
}

export async function untilStatus(agent: AgentProcess, name: string, status: number): Promise<void> {
  const what = `${name} to have status ${status}`;
  try {
    await waitFor(async () => (await statuses(agent))[name] === status, what, DEADLINE_MS);
  } catch (error) {
    throw new Error(`${what}; the agent that was asked said:\n${agent.output.slice(-4000)}`, { cause: error });
  }
}
