// The requests of the recorded scenarios: what was asked, with which parameters, and what came.

import fs from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../../../../../data.js';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Of the query. */
  readonly names: readonly string[];
  readonly status: number;
  /** With placeholders; undefined where the body isn't compared as JSON. */
  readonly json: unknown;
}

type Step = { readonly [name: string]: unknown };

function scenarios(): readonly string[] {
  const directory = path.join(repositoryRoot, 'test/conformance/http/scenarios');
  return fs
    .readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => fs.readFileSync(path.join(directory, name), 'utf8'));
}

function* stepsIn(value: unknown): Iterable<Step> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) yield* stepsIn(item);
    return;
  }
  const step = value as Step;
  if (typeof step['method'] === 'string' && typeof step['path'] === 'string') yield step;
  else for (const part of Object.values(step)) yield* stepsIn(part);
}

export function recordedRequests(): readonly RecordedRequest[] {
  return scenarios().flatMap((text) => [...stepsIn(JSON.parse(text))].map(requestOf));
}

function requestOf(step: Step): RecordedRequest {
  const [target = '', query = ''] = String(step['path']).split('?', 2);
  const expect = (step['expect'] ?? {}) as { readonly status?: number; readonly json?: unknown };
  // Whole queries that can't be decoded are recorded, too.
  const isReadable = !/;|%(?![0-9a-f]{2})/i.test(query);
  return {
    method: String(step['method']),
    path: target,
    names: query === '' || !isReadable ? [] : query.split('&').map((pair) => pair.split('=')[0] ?? ''),
    status: expect.status ?? 0,
    json: expect.json,
  };
}
