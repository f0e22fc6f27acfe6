// The OpenAPI document is one by the schema of OpenAPI 3.1, and what was recorded from Consul is what it says: each status, and
// each answer in JSON by the schema that stands there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { Metrics } from '../../../../../../src/observe/metrics.js';
import { pathTemplate } from '../../../../../../src/workers/state/http/openapi/document.js';
import type { Schema } from '../../../../../../src/workers/state/http/openapi/schemas.js';
import { Router } from '../../../../../../src/workers/state/http/router.js';
import { rows } from '../../../../../endpoint-table.js';
import { Filling } from './filled.js';
import { type RecordedRequest, recordedRequests } from './recorded.js';
import { wholeDocument } from './whole-document.js';

type Responses = { readonly [status: string]: Schema };
type Paths = { readonly [path: string]: { readonly [method: string]: { readonly responses: Responses } } };

const document = wholeDocument();
const paths = document['paths'] as Paths;
const router = new Router(rows(), new Metrics());

/** Methods that no row has are the framework's to refuse. */
function responsesTo({ method, path }: RecordedRequest): Responses | undefined {
  const endpoint = router.find(path)?.endpoint;
  if (endpoint === undefined) return undefined;
  return paths[pathTemplate(endpoint)]?.[method.toLowerCase()]?.responses;
}

test('the document is one of OpenAPI 3.1', async () => {
  const result = await new Validator().validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
  assert.deepEqual(result.errors ?? [], []);
  assert.ok(result.valid);
});

test('each recorded status is among those of its operation', () => {
  const unknown = new Set<string>();
  let seen = 0;
  for (const request of recordedRequests()) {
    const responses = responsesTo(request);
    // A step without a status looks at something else.
    if (responses === undefined || request.status === 0) continue;
    seen += 1;
    if (!(request.status in responses)) unknown.add(`${request.method} ${request.path} ${request.status}`);
  }
  assert.deepEqual([...unknown], []);
  assert.ok(seen > 500, String(seen));
});

test('each recorded answer fits the schema of its status', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ ...document, $id: 'document' });
  const compiled = new Map<string, ValidateFunction>();
  const fits = (schema: Schema): ValidateFunction => {
    const absolute = JSON.stringify(schema).replaceAll('"#/', '"document#/');
    const known = compiled.get(absolute) ?? ajv.compile(JSON.parse(absolute) as Schema);
    compiled.set(absolute, known);
    return known;
  };
  const filling = new Filling(document);
  const misfits: string[] = [];
  let held = 0;
  for (const request of recordedRequests()) {
    const responses = responsesTo(request);
    if (responses === undefined || request.json === undefined) continue;
    const content = responses[request.status]?.['content'] as { 'application/json'?: { schema: Schema } } | undefined;
    const schema = content?.['application/json']?.schema;
    if (schema === undefined) {
      misfits.push(`${request.method} ${request.path} ${request.status}: no JSON is meant to come`);
      continue;
    }
    held += 1;
    const validate = fits(schema);
    if (validate(filling.filled(request.json, schema))) continue;
    misfits.push(`${request.method} ${request.path} ${request.status}: ${ajv.errorsText(validate.errors)}`);
  }
  assert.deepEqual(misfits, []);
  assert.ok(held > 200, String(held));
});
