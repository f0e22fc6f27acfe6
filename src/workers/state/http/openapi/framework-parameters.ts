// The parameters that the framework reads for an operation, beside those that it declares itself.

import type { Endpoint } from '../endpoint.js';
import type { Operation } from '../operation.js';
import { CACHING, CONSISTENCY, EVERY_ROW, HASH, WAITING } from '../parameters/common-parameters.js';
import type { Parameters } from '../parameters/parameters.js';

export function frameworkParameters({ headers = 'api' }: Endpoint, operation: Operation): Parameters {
  if (headers !== 'api') return {};
  if (operation.kind === 'read') return { ...EVERY_ROW, ...CONSISTENCY, ...WAITING, ...CACHING };
  switch (operation.reads) {
    case 'consistency':
      return { ...EVERY_ROW, ...CONSISTENCY };
    case 'hash':
      return { ...EVERY_ROW, ...HASH, wait: WAITING.wait };
    case 'index':
      return { ...EVERY_ROW, ...WAITING };
    default:
      return EVERY_ROW;
  }
}
