// Who this node is: the configured ID, else the one in the data directory, else a new one that is written there (spec/agent.md
// section 1, "Identity"). Synchronous file work, once, before anything runs.

import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { errnoText } from '../../gotext/errno.js';
import { uuidProblem } from '../../gotext/uuid.js';
import type { RuntimeConfig } from '../../wire/config.js';
import { syncDirectoryNow } from '../../wire/sync-directory.js';
import { withNodeId } from './debug/render.js';

export type ResolvedIdentity =
  | { readonly ok: true; readonly config: RuntimeConfig }
  | { readonly ok: false; readonly error: string };

/** The same configuration with its node ID. */
export function resolveNodeId(config: RuntimeConfig): ResolvedIdentity {
  if (config.nodeId !== '') {
    const id = config.nodeId.toLowerCase();
    const problem = uuidProblem(id);
    if (problem !== null) return failed(`specified NodeID is invalid: ${problem}`);
    return { ok: true, config: withIdentity(config, id) };
  }
  const made = (): string => (config.disableHostNodeId ? randomUUID() : (hostNodeId() ?? randomUUID()));
  // In development mode nothing may outlive the process, so two agents of one data directory still differ.
  if (config.dataDir === null || (config.devMode && !fs.existsSync(config.dataDir))) {
    return { ok: true, config: withIdentity(config, made()) };
  }
  return fromFile(config, path.join(config.dataDir, 'node-id'), made);
}

/** `id` in the configuration and in what it shows of itself. */
export function withIdentity(config: RuntimeConfig, id: string): RuntimeConfig {
  return { ...config, nodeId: id, debugConfig: withNodeId(config.debugConfig, id) };
}

function fromFile(config: RuntimeConfig, file: string, make: () => string): ResolvedIdentity {
  try {
    const known = fs.readFileSync(file, 'utf8').trim().toLowerCase();
    const problem = uuidProblem(known);
    if (problem !== null) return failed(`NodeID in ${file} is invalid: ${problem}`);
    return { ok: true, config: withIdentity(config, known) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return failed(`open ${file}: ${errnoText(error)}`);
  }
  const id = make();
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const temporary = `${file}.tmp`;
    fs.writeFileSync(temporary, id, { mode: 0o600, flush: true });
    fs.renameSync(temporary, file);
    syncDirectoryNow(path.dirname(file));
  } catch (error) {
    return failed(`open ${file}: ${errnoText(error)}`);
  }
  return { ok: true, config: withIdentity(config, id) };
}

function failed(why: string): ResolvedIdentity {
  return { ok: false, error: `failed to setup node ID: ${why}` };
}

/** The host's own ID, hashed so that it can't be read from the node's. */
function hostNodeId(): string | null {
  const read = (file: string): string | null => {
    try {
      return fs.readFileSync(file, 'utf8').trim().toLowerCase() || null;
    } catch {
      return null;
    }
  };
  const machine = read('/etc/machine-id');
  const host =
    read('/sys/class/dmi/id/product_uuid') ??
    (machine === null ? null : dashed(machine)) ??
    read('/proc/sys/kernel/random/boot_id');
  return host === null ? null : dashed(createHash('sha512').update(host).digest('hex'));
}

/** The first 32 hex digits as 8-4-4-4-12. */
function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
