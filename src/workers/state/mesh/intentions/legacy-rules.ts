// What an intention that is made or changed by ID must be by itself; all that is wrong is told at once.

import type { IntentionRecord } from '../../../../wire/mesh/intentions.js';
import { WILDCARD } from './precedence.js';

const MOST_META_PAIRS = 64;
const MOST_META_KEY = 128;
const MOST_META_VALUE = 512;

export function legacyProblems(given: IntentionRecord): readonly string[] {
  const { SourceName, DestinationName, SourceType, Action, Permissions } = given;
  const problems: string[] = [];
  if (SourceName === '') problems.push('SourceName must be set');
  if (DestinationName === '') problems.push('DestinationName must be set');
  for (const [field, name] of [
    ['SourceName', SourceName],
    ['DestinationName', DestinationName],
  ] as const) {
    if (name !== WILDCARD && name.includes(WILDCARD)) {
      problems.push(`${field}: wildcard character '*' cannot be used with partial values`);
    }
  }
  const hasPermissions = (Permissions ?? []).length > 0;
  if (hasPermissions) problems.push('Permissions must not be set when using the legacy APIs');
  else if (Action !== 'allow' && Action !== 'deny') problems.push("Action must be set to 'allow' or 'deny'");
  if (SourceType !== 'consul') problems.push("SourceType must be set to 'consul'");
  problems.push(...metaProblems(given));
  return problems;
}

function* metaProblems({ Meta }: IntentionRecord): Iterable<string> {
  const pairs = Object.entries(Meta ?? {});
  if (pairs.length > MOST_META_PAIRS) yield `Meta exceeds maximum element count ${MOST_META_PAIRS}`;
  for (const [key, value] of pairs) {
    if (Buffer.byteLength(key) > MOST_META_KEY) yield `Meta key "${key}" exceeds maximum length ${MOST_META_KEY}`;
    if (Buffer.byteLength(value) > MOST_META_VALUE) {
      yield `Meta value for key "${key}" exceeds maximum length ${MOST_META_VALUE}`;
    }
  }
}
