// Who watches a fleet: one blocking query at each of many agents, all on the same service, and when each of them is answered.

import http from 'node:http';
import { absoluteMs, serveCommands } from './load-process.js';

export interface FleetWatchCommand {
  readonly ports: readonly number[];
  /** Without an index. */
  readonly target: string;
  readonly do: 'watch' | 'collect';
}

export interface FleetWatchResult {
  /** On the clock of `absoluteMs`, in order. */
  readonly answeredMs: readonly number[];
}

const COLLECT_WITHIN_MS = 60_000;
const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const answeredMs: number[] = [];
let failure: Error | null = null;

/** The index of the answer. */
function get(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path: target, agent }, (response) => {
      response.resume();
      response.once('end', () => {
        const index = response.headers['x-consul-index'];
        if (response.statusCode === 200 && typeof index === 'string') resolve(index);
        else reject(new Error(`GET ${target}: ${response.statusCode}`));
      });
    });
    request.once('error', reject);
  });
}

async function watch({ ports, target }: FleetWatchCommand): Promise<void> {
  for (const port of ports) {
    const index = await get(port, target);
    get(port, `${target}&index=${index}&wait=10m`).then(
      () => answeredMs.push(absoluteMs()),
      (error: Error) => {
        failure ??= error;
      },
    );
  }
}

async function collect(count: number): Promise<void> {
  const until = performance.now() + COLLECT_WITHIN_MS;
  while (answeredMs.length < count && failure === null) {
    if (performance.now() > until) throw new Error(`${answeredMs.length} of ${count} agents have answered`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

serveCommands(async (command: FleetWatchCommand): Promise<FleetWatchResult> => {
  if (command.do === 'watch') await watch(command);
  else await collect(command.ports.length);
  if (failure !== null) throw failure;
  return { answeredMs };
});
