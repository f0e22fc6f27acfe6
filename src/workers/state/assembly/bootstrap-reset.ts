// The file `acl-bootstrap-reset` of the data directory (public guide: "Reset the ACL system"): the index that a refused bootstrap
// names, put there by who has access to the leader's disk. An agent that keeps nothing on disk (`-dev`) looks for it in the folder
// that it was started in, as programs that try themselves against such an agent expect.

import fs from 'node:fs';
import path from 'node:path';
import type { Logger } from '../../../observe/logger.js';
import type { BootstrapReset } from '../methods/contract/method.js';

const FILE_NAME = 'acl-bootstrap-reset';
/** More digits than an index has. */
const MAX_BYTES = 32;

/** `dataDir`: null where nothing is kept on disk. */
export function bootstrapReset(dataDir: string | null, logger: Logger): BootstrapReset {
  const file = path.join(dataDir ?? '', FILE_NAME);
  return {
    index() {
      try {
        const text = fs.statSync(file).size > MAX_BYTES ? '' : fs.readFileSync(file, 'utf8').trim();
        if (/^[0-9]{1,15}$/.test(text)) return Number(text);
        logger.error('bootstrap reset file holds no index', 'path', file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
          logger.error('failed to read bootstrap reset file', 'path', file, 'error', String(error));
        }
      }
      return 0;
    },
    remove() {
      try {
        fs.rmSync(file, { force: true });
      } catch (error) {
        logger.error('failed to remove bootstrap reset file', 'path', file, 'error', String(error));
      }
    },
  };
}
