// What `lictor agent` does once a thread loads beside it: reads the configuration, says what is wrong with it, then becomes
// the agent.

import { availableParallelism } from 'node:os';
import { describeFlags } from '../../gotext/flag-set.js';
import { type BegunState, beginTheOthers } from '../../main/begun-threads.js';
import { AGENT_FLAGS } from '../../main/config/flags.js';
import { resolveNodeId } from '../../main/config/identity.js';
import { loadConfig } from '../../main/config/load.js';
import { reloadConfig } from '../../main/config/reload.js';
import { beforeBanner } from '../../main/config/start-checks.js';
import { readTlsFiles } from '../../main/config/tls-files.js';
import { prepareDataDir } from '../../main/data-dir.js';
import { readerCount } from '../../main/reader-count.js';

const USAGE = 'Usage: lictor agent [options]';

/** Resolves with the exit code when the agent has ended. */
export async function startAgent(argv: readonly string[], begun: BegunState): Promise<number> {
  const loaded = loadConfig(argv);
  if (!loaded.ok) return refuse(loaded.reason, loaded.error);
  const { dataDir } = loaded.config;
  const unusable = beforeBanner(loaded.config) ?? (dataDir === null ? null : prepareDataDir(dataDir));
  if (unusable !== null) return refuse('config', unusable);
  const identified = resolveNodeId(loaded.config);
  if (!identified.ok) return refuse('config', identified.error);
  const read = readTlsFiles(identified.config);
  if (!read.ok) return refuse('config', read.error);
  const { config } = read;

  const readers = readerCount(config, {
    cores: availableParallelism(),
    platform: process.platform,
    node: process.versions.node,
  });
  const threads = beginTheOthers(begun, config.server, readers.count);
  const { runAgent } = await import('../../main/agent.js');
  return runAgent({
    config,
    threads,
    readersAnswerDns: readers.answerDns,
    files: loaded.files,
    warnings: [...loaded.warnings, ...read.warnings, ...(readers.warning === null ? [] : [readers.warning])],
    reload: (running) => reloadConfig(argv, { config, settings: loaded.settings }, running),
  });
}

function refuse(reason: 'help' | 'flags' | 'arguments' | 'config', error: string): number {
  if (reason === 'help') {
    process.stdout.write(`${USAGE}\n\n  Starts the agent and runs until it is told to end.\n\n${options()}`);
    return 0;
  }
  if (reason === 'flags') {
    process.stderr.write(`${error}\nUsage:\n${describeFlags(AGENT_FLAGS)}\n==> error parsing flags: ${error}\n`);
  } else {
    process.stderr.write(`==> ${error}\n`);
  }
  return 1;
}

function options(): string {
  return `Options:\n\n${describeFlags(AGENT_FLAGS)}`;
}
