// Names and tags that DNS can't find are accepted, and said so at every registration (spec/agent.md section 2).

import type { Logger } from '../../../../observe/logger.js';
import type { ServiceRecord } from '../../../../wire/records.js';

const LABEL = /^[A-Za-z0-9-]*$/;
const MAX_LABEL_BYTES = 63;

function problem(what: 'name' | 'tag', label: string): string | null {
  if (!LABEL.test(label)) {
    return `Service ${what} will not be discoverable via DNS due to invalid characters. Valid characters include all alpha-numerics and dashes.`;
  }
  if (label.length > MAX_LABEL_BYTES) {
    return `Service ${what} will not be discoverable via DNS due to it being too long. Valid lengths are between 1 and ${MAX_LABEL_BYTES} bytes.`;
  }
  return null;
}

export function warnAboutNames(service: ServiceRecord, logger: Logger): void {
  const name = problem('name', service.Service);
  if (name !== null) logger.warn(name, 'service', service.Service);
  if (service.Tags === null || !logger.wants('debug')) return;
  for (const tag of service.Tags) {
    const text = problem('tag', tag);
    if (text !== null) logger.debug(text, 'tag', tag);
  }
}
