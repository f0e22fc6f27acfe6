// Somebody else, whose writes and reads go on whatever is called beside them.

import type { AgentProcess } from '../../agent-process.js';
import { ANSWER_MS } from './asking.js';

export class Witness {
  readonly keys = new Map<string, string>();
  readonly services = new Set<string>();

  /** What is wrong; null when nothing is. */
  async looks(agent: AgentProcess, number: number): Promise<string | null> {
    if (agent.exited !== null) return `the agent exited:\n${agent.output.slice(-3000)}`;
    const ask = async (method: string, target: string, body?: string): Promise<string> => {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const response = await fetch(agent.http + target, { method, signal, ...(body === undefined ? {} : { body }) });
      return `${response.status} ${await response.text()}`;
    };
    try {
      const key = `witness/${number % 500}`;
      const written = await ask('PUT', `/v1/kv/${key}`, `value ${number}`);
      if (written !== '200 true') return `a write of somebody else: ${written}`;
      this.keys.set(key, `value ${number}`);
      const read = await ask('GET', `/v1/kv/${key}?raw&consistent`);
      if (read !== `200 value ${number}`) return `a read of somebody else: ${read}`;
      if (number % 8 === 0) {
        const service = `witness-${number % 200}`;
        const registered = await ask('PUT', '/v1/agent/service/register', JSON.stringify({ Name: service, Port: 1 }));
        if (registered !== '200 ') return `a registration of somebody else: ${registered}`;
        this.services.add(service);
      }
      return null;
    } catch (error) {
      return `somebody else: ${String(error)}\n${agent.output.slice(-3000)}`;
    }
  }
}
