// Memory of an agent that nothing happens to. Collectors of both runtimes give it back step by step then: settled is what stays.

import { type Agent, delay } from './agent.js';

const STEADY_MS = 10_000;
const STEADY_BYTES = 500_000;
const DEADLINE_MS = 45_000;
const POLL_MS = 500;

/** RSS once it has not moved for a while. */
export async function settledRss(agent: Agent): Promise<number> {
  const started = performance.now();
  let reference = agent.memory().rssBytes;
  let since = started;
  for (;;) {
    await delay(POLL_MS);
    const now = performance.now();
    const rss = agent.memory().rssBytes;
    if (Math.abs(rss - reference) > STEADY_BYTES) {
      reference = rss;
      since = now;
    }
    if (now - since >= STEADY_MS || now - started >= DEADLINE_MS) return rss;
  }
}
