// HTTP throughput with wrk: one thread, as many connections as the row says, requests from a small Lua script. The result is
// read from a line that the script's `done` hook prints, so nothing depends on how wrk words its report.

import fs from 'node:fs';
import path from 'node:path';
import { runTool } from './tool.js';

const MARK = 'lictor-bench ';

const DONE = `
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\\n${MARK}{"requests":%d,"micros":%d,"p50":%d,"p99":%d,"max":%d,"failed":%d,"refused":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    e.connect + e.read + e.write + e.timeout, e.status))
end
`;

export interface WrkLoad {
  /** Scheme, host, port and the target of a row that asks for one thing. */
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Lua that defines `request` (and `init`); without it wrk repeats GET of the URL. */
  readonly script?: string;
  readonly directory: string;
}

export interface WrkResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export async function wrk(load: WrkLoad): Promise<WrkResult> {
  const script = path.join(load.directory, 'load.lua');
  fs.writeFileSync(script, (load.script ?? '') + DONE);
  return parseWrk(
    await runTool('wrk', [
      '-t1',
      `-c${load.connections}`,
      `-d${load.seconds}s`,
      '--timeout=10s',
      '-s',
      script,
      load.url,
    ]),
  );
}

interface DoneLine {
  readonly requests: number;
  readonly micros: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** At the socket, or timed out. */
  readonly failed: number;
  /** Answers that weren't 2xx or 3xx. */
  readonly refused: number;
}

/** Refuses a run in which anything but success was answered: such a figure says nothing. */
export function parseWrk(output: string): WrkResult {
  const line = output.split('\n').find((text) => text.startsWith(MARK));
  if (line === undefined) throw new Error(`wrk printed no result: ${output.slice(-500)}`);
  const { requests, micros, p50, p99, max, failed, refused } = JSON.parse(line.slice(MARK.length)) as DoneLine;
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed at the socket or timed out`);
  if (refused > 0) throw new Error(`${refused} of ${requests} answers weren't 2xx`);
  if (requests === 0) throw new Error('no request was answered');
  return { requests, perSecond: requests / (micros / 1e6), p50Ms: p50 / 1e3, p99Ms: p99 / 1e3, maxMs: max / 1e3 };
}
