// The agent of the HTTP kit as one of a cluster: a server that doesn't lead, or a client agent. The server that begins the
// cluster leads it for as long as it lives, so that nothing of what is recorded depends on an election.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type AgentProcess, startAgent } from '../agent-process.js';
import { type Asked, configurationOf } from './kinds-of-agents.js';

export type Way = 'follower' | 'client';

/** What -dev switches on. Raft's times are the usual ones, so that a busy machine deposes nobody. */
const LIKE_DEV = { ui_config: { enabled: true }, enable_debug: true };
const ASKED = 'golden';

interface Member {
  readonly node: string;
  readonly args: readonly string[];
}

const LEADER = 'beside-1';

/** The other servers: three in all. */
const BESIDE: { readonly [way in Way]: readonly string[] } = {
  follower: ['beside-2'],
  client: ['beside-2', 'beside-3'],
};

/** What the replayer must know of the cluster. */
export function wayArguments(way: Way): readonly string[] {
  return ['--way', way, ...[LEADER, ...BESIDE[way]].flatMap((node) => ['--beside', node])];
}

export function inCluster(way: Way): (kind: string) => Promise<Asked> {
  return async (kind) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-kit-'));
    fs.writeFileSync(`${folder}/like-dev.json`, JSON.stringify(LIKE_DEV));
    const configuration = [`-config-file=${folder}/like-dev.json`, ...configurationOf(kind)];
    const begun: Promise<AgentProcess>[] = [];
    const start = ({ node, args }: Member): Promise<AgentProcess> => {
      const common = [`-data-dir=${folder}/${node}`, '-log-level=warn', ...configuration];
      const agent = startAgent({ node, args: [...args, ...common] });
      begun.push(agent);
      return agent;
    };
    const stop = async (): Promise<void> => {
      // One that didn't start is gone already.
      const running = (await Promise.allSettled(begun)).flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
      await Promise.all(running.map((agent) => agent.stop()));
      fs.rmSync(folder, { recursive: true, force: true });
    };
    try {
      const leader = await start({ node: LEADER, args: ['-server', '-bootstrap'] });
      const join = `-retry-join=127.0.0.1:${leader.ports.serfLan}`;
      const servers = BESIDE[way].map((node) => ({ node, args: ['-server', join] }));
      const asked = { node: ASKED, args: way === 'follower' ? ['-server', join] : [join] };
      const [agent] = await Promise.all([start(asked), ...servers.map(start)]);
      return { agent, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  };
}
