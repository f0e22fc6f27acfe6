// Node's crypto with its classes. Modules that import it by name get only its functions where they are bundled, so that agents
// which never need it don't load it; here it is needed from the first call on.

import { createRequire } from 'node:module';

export const crypto = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');
