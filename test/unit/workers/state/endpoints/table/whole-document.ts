// The OpenAPI document of the whole table, as an agent serves it.

import { openApiDocument } from '../../../../../../src/workers/state/http/openapi/document.js';
import type { Schema } from '../../../../../../src/workers/state/http/openapi/schemas.js';
import { rows } from '../../../../../endpoint-table.js';

export function wholeDocument(): Schema {
  const steps = openApiDocument(rows());
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
