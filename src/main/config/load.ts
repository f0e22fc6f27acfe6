// The agent's configuration from its command line: flags, files and fragments merged in order, then built and checked.
// Nothing is written and nothing is kept, so a reload is the same call with the same arguments.

import { parseFlags } from '../../gotext/flag-set.js';
import { errorList } from '../../gotext/multierror.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { SourceFormat } from './decode.js';
import type { ConfigPaths } from './file-watch.js';
import { findSources } from './files.js';
import { AGENT_FLAGS, settingsFromFlags } from './flags.js';
import { defaults, merge } from './merge.js';
import { Problems, Refusal } from './problems.js';
import { buildRuntime } from './runtime.js';
import type { AgentConfig, AgentSettings } from './schema/agent.js';
import { AGENT } from './schema/agent.js';
import { enterpriseWarnings, readSource } from './source.js';
import type { Tree } from './tree.js';

export type LoadResult =
  | {
      readonly ok: true;
      readonly config: RuntimeConfig;
      /** What it was built from: all sources merged. */
      readonly settings: AgentConfig;
      readonly warnings: readonly string[];
      /** Where its files are. */
      readonly files: ConfigPaths;
    }
  | {
      readonly ok: false;
      /** `flags`: the command line itself; `help` asks for it. Everything else is `config`. */
      readonly reason: 'help' | 'flags' | 'arguments' | 'config';
      readonly error: string;
    };

/** `argv` without program and command: what follows `agent`. */
export function loadConfig(argv: readonly string[]): LoadResult {
  const flags = parseFlags(argv, AGENT_FLAGS);
  if (!flags.ok) return { ok: false, reason: flags.help ? 'help' : 'flags', error: flags.error };
  if (flags.rest.length > 0) {
    return { ok: false, reason: 'arguments', error: `Unexpected extra arguments: [${flags.rest.join(' ')}]` };
  }
  const words = (name: string): readonly string[] => (flags.values.get(name) as readonly string[] | undefined) ?? [];
  const given = settingsFromFlags(flags.values);
  return loadSources({
    dev: flags.values.get('dev') === true,
    format: (flags.values.get('config-format') as string | undefined) ?? '',
    paths: words('config-file'),
    fragments: words('hcl'),
    lists: given.lists,
    others: given.others,
    warnings: [...given.warnings, ...enterpriseWarnings(given.others as Tree)],
  });
}

/** The same for files alone, as `validate` judges them. */
export function loadFiles(paths: readonly string[], format: string): LoadResult {
  return loadSources({ dev: false, format, paths, fragments: [], lists: {}, others: {}, warnings: [] });
}

interface Sources {
  readonly dev: boolean;
  readonly format: string;
  readonly paths: readonly string[];
  readonly fragments: readonly string[];
  readonly lists: AgentSettings;
  readonly others: AgentSettings;
  readonly warnings: readonly string[];
}

function loadSources(given: Sources): LoadResult {
  const refuse = (error: string): LoadResult => ({ ok: false, reason: 'config', error });
  if (!['', 'hcl', 'json'].includes(given.format)) {
    return refuse("config: -config-format must be either 'hcl' or 'json'");
  }
  const forced = given.format === '' ? null : (given.format as SourceFormat);
  const found = findSources(given.paths, forced);
  if (!found.ok) return refuse(found.error);

  const warnings = [...found.warnings, ...given.warnings];
  let config = merge(defaults(AGENT, given.dev), given.lists, AGENT);
  for (const source of found.sources) {
    const read = readSource(source);
    if (!read.ok) return refuse(read.error);
    warnings.push(...read.warnings);
    config = merge(config, read.settings, AGENT);
  }
  config = merge(config, given.others, AGENT);
  for (const [at, text] of given.fragments.entries()) {
    const read = readSource({ name: `flags-${at}.hcl`, format: 'hcl', text });
    if (!read.ok) return refuse(read.error);
    warnings.push(...read.warnings);
    config = merge(config, read.settings, AGENT);
  }

  const problems = new Problems();
  try {
    const runtime = buildRuntime(config, given.dev, problems);
    if (problems.collected.length > 0) return refuse(errorList(problems.collected));
    const files = { paths: given.paths, takesAnyName: forced !== null };
    return { ok: true, config: runtime, settings: config, warnings: [...warnings, ...problems.warnings], files };
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.message);
    throw error;
  }
}
