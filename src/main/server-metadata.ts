// When a server was last there, as `server_metadata.json` in its data directory says: one that was away for too long would bring
// back what the others have forgotten, and is refused (spec/agent.md section 1, `server_rejoin_age_max`).

import fs from 'node:fs';
import path from 'node:path';
import { formatDuration } from '../gotext/duration.js';
import type { Logger } from '../observe/logger.js';

const FILE = 'server_metadata.json';
const PERIOD_MS = 3_600_000;

/** Why the server may not come back, or null. A file that nothing can be read from says nothing. */
export function rejoinProblem(dataDir: string, maxAgeMs: number, logger: Logger): string | null {
  const file = path.join(dataDir, FILE);
  let seen: unknown;
  try {
    seen = Object(JSON.parse(fs.readFileSync(file, 'utf8'))).last_seen_unix;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  }
  if (typeof seen !== 'number') {
    logger.warn('server metadata is unreadable and written anew', 'path', file);
    return null;
  }
  if (Date.now() - seen * 1000 <= maxAgeMs) return null;
  return `refusing to rejoin cluster because server has been offline for more than the configured server_rejoin_age_max (${formatDuration(maxAgeMs * 1e6)}) - consider wiping your data dir`;
}

/** Writes that this server is there, now and every hour; the result ends it. */
export function recordPresence(dataDir: string, logger: Logger): () => void {
  const file = path.join(dataDir, FILE);
  const write = async (): Promise<void> => {
    const temporary = `${file}.tmp`;
    const text = JSON.stringify({ last_seen_unix: Math.floor(Date.now() / 1000) });
    await fs.promises.writeFile(temporary, text, { mode: 0o600, flush: true });
    await fs.promises.rename(temporary, file);
  };
  const tell = (): void => {
    write().catch((error: unknown) => logger.error('failed to write server metadata', 'error', String(error)));
  };
  tell();
  const timer = setInterval(tell, PERIOD_MS);
  timer.unref();
  return () => clearInterval(timer);
}
