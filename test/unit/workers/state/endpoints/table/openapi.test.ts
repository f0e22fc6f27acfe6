// docs/openapi.json says what the endpoint table says, and is a document that OpenAPI's programs can read.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../../../../../data.js';
import { endpointTable } from '../../../../../endpoint-table.js';
import { wholeDocument } from './whole-document.js';

type Node = { readonly [name: string]: Node };

const document = JSON.parse(JSON.stringify(wholeDocument())) as Node;
const paths = document['paths'] as unknown as { readonly [path: string]: { readonly [method: string]: Node } };

function* nodesOf(value: unknown): Iterable<Node> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Node;
  for (const part of Object.values(value)) yield* nodesOf(part);
}

function resolve(reference: string): Node | undefined {
  assert.ok(reference.startsWith('#/'), reference);
  let node: Node | undefined = document;
  for (const name of reference.slice(2).split('/')) node = node?.[name];
  return node;
}

test('docs/openapi.json follows the endpoint table', () => {
  const file = path.join(repositoryRoot, 'docs/openapi.json');
  const text = `${JSON.stringify(document, null, 1)}\n`;
  if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(file, text);
  assert.equal(fs.readFileSync(file, 'utf8'), text);
});

test('every reference leads somewhere, and every component is referred to', () => {
  const named = new Set<string>();
  for (const node of nodesOf(document)) {
    const reference: unknown = node['$ref'];
    if (typeof reference !== 'string') continue;
    assert.ok(resolve(reference) !== undefined, reference);
    named.add(reference);
  }
  for (const part of ['schemas', 'parameters', 'responses']) {
    for (const name of Object.keys(document['components']?.[part] ?? {})) {
      assert.ok(named.has(`#/components/${part}/${name}`), name);
    }
  }
});

test('every operation of the table is there once, with an ID of its own and its rules', () => {
  const ids = new Set<unknown>();
  let count = 0;
  for (const item of Object.values(paths)) {
    for (const operation of Object.values(item)) {
      ids.add(operation['operationId']);
      count += 1;
      assert.ok((operation['x-acl'] as unknown as readonly string[]).length > 0);
      assert.ok(operation['responses']?.['200']?.['description'] !== undefined);
    }
  }
  assert.equal(count, endpointTable().length);
  assert.equal(ids.size, count);
});

test('each variable of a path is one of its parameters, which are named once', () => {
  for (const [template, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const given = (operation['parameters'] ?? []) as unknown as readonly Node[];
      const parameters = given.map((one) => (one['$ref'] === undefined ? one : (resolve(String(one['$ref'])) ?? {})));
      const keys = parameters.map((one) => `${String(one['in'])} ${String(one['name'])}`);
      assert.equal(new Set(keys).size, keys.length, `${method} ${template}`);
      for (const parameter of parameters) {
        assert.ok(['query', 'path', 'header'].includes(String(parameter['in'])));
        assert.ok(parameter['schema'] !== undefined && parameter['description'] !== undefined);
      }
      const variables = [...template.matchAll(/\{([^}]+)\}/g)].map(([, name]) => `path ${name}`);
      assert.deepEqual(
        keys.filter((key) => key.startsWith('path ')),
        variables,
      );
    }
  }
});

test('schemas use the types there are', () => {
  const types = new Set(['string', 'integer', 'number', 'boolean', 'array', 'object', 'null']);
  for (const node of nodesOf(document['components']?.['schemas'])) {
    const type = node['type'] as unknown;
    if (typeof type !== 'string' && !(Array.isArray(type) && type.every((one) => typeof one === 'string'))) continue;
    for (const one of [type].flat()) assert.ok(types.has(one), one);
  }
});
