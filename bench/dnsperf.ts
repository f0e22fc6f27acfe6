// DNS throughput with dnsperf over UDP: eight clients, the given questions again and again.

import fs from 'node:fs';
import path from 'node:path';
import { runTool } from './tool.js';

const CLIENTS = 8;
/** Open questions at a time: enough to keep the server busy, too few to overflow a socket buffer. */
const OUTSTANDING = 100;

export interface DnsLoad {
  readonly port: number;
  /** Lines of name and type: `web.service.consul SRV`. */
  readonly questions: readonly string[];
  readonly seconds: number;
  readonly directory: string;
}

export interface DnsResult {
  readonly perSecond: number;
  readonly answers: number;
  readonly lost: number;
  readonly averageMs: number;
}

export async function dnsperf(load: DnsLoad): Promise<DnsResult> {
  const file = path.join(load.directory, 'questions.txt');
  fs.writeFileSync(file, `${load.questions.join('\n')}\n`);
  return parseDnsperf(
    await runTool('dnsperf', [
      ...['-s', '127.0.0.1', '-p', String(load.port), '-d', file, '-l', String(load.seconds)],
      ...['-c', String(CLIENTS), '-T', '1', '-q', String(OUTSTANDING)],
    ]),
  );
}

/** Refuses a run in which anything but NOERROR was answered, or more than one question in a thousand got lost. */
export function parseDnsperf(output: string): DnsResult {
  const figure = (label: string): number => {
    const found = new RegExp(`^\\s*${label}:\\s+([\\d.]+)`, 'm').exec(output)?.[1];
    if (found === undefined) throw new Error(`dnsperf printed no "${label}": ${output.slice(-500)}`);
    return Number(found);
  };
  const answers = figure('Queries completed');
  const lost = figure('Queries lost');
  const codes = /^\s*Response codes:\s+(.+)$/m.exec(output)?.[1] ?? '';
  if (answers === 0) throw new Error('no question was answered');
  if (!/^NOERROR \d+ \(100\.00%\)$/.test(codes.trim())) throw new Error(`not all answers were NOERROR: ${codes}`);
  if (lost > answers / 1000) throw new Error(`${lost} questions got lost beside ${answers} answers`);
  return {
    perSecond: figure('Queries per second'),
    answers,
    lost,
    averageMs: figure('Average Latency \\(s\\)') * 1000,
  };
}
