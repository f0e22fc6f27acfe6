// What the end of an agent must be like that was told to end: in time, by itself, with the code of its kind, without a complaint.

import assert from 'node:assert/strict';
import type { AgentProcess } from '../../../agent-process.js';

/** How many times agents are told to end. */
export const ROUNDS = Number(process.env['LICTOR_STOPS'] ?? 2);
/** The agent's five seconds, the drain of who leaves, and a machine that much else runs on. */
export const END_MS = 20_000;
/** What no stop may say. */
export const COMPLAINTS =
  /did not end in time|killing this process|error during shutdown|Fatal error|thread ended|unexpected error/;

/** Waits for the end. `codes`: of which it must exit with one. */
export async function endsWell(agent: AgentProcess, codes: readonly number[]): Promise<void> {
  try {
    await agent.waitForExit(END_MS);
  } catch (error) {
    throw new Error(`${String(error)}\n${agent.output.slice(-5_000)}`);
  }
  const { code, signal } = agent.exited ?? { code: null, signal: null };
  assert.equal(signal, null, agent.output.slice(-5_000));
  assert.ok(code !== null && codes.includes(code), `code ${code}\n${agent.output.slice(-5_000)}`);
  assert.deepEqual(
    agent.output.split('\n').filter((line) => COMPLAINTS.test(line)),
    [],
  );
}
