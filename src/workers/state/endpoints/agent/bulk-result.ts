// What is said of one item of a stream: its ID, and that it was done, or the status and the text that a call of its own would have had.

import { quoteJson } from '../../../../gotext/json-encode.js';
import { optional, record } from '../../../../gotext/json-shape.js';
import type { LocalOutcome } from '../../local/state/outcomes.js';
import { statusOf } from './local-replies.js';

export const RESULT = record('BulkResult', {
  ID: 'string',
  OK: 'boolean',
  Status: optional('integer'),
  Error: optional('string'),
});

export function resultJson(id: string, outcome: LocalOutcome): string {
  const named = `{"ID":${quoteJson(id)},"OK":`;
  return outcome.ok
    ? `${named}true}`
    : `${named}false,"Status":${statusOf(outcome)},"Error":${quoteJson(outcome.text)}}`;
}
