// /v1/openapi.json over HTTP: the whole document, compact, the same to everybody, whether an agent knows servers or not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rows } from '../../../../endpoint-table.js';
import { ask, startApi } from '../http/fixture.js';
import { wholeDocument } from './table/whole-document.js';

const GET = 'GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n';

for (const client of [false, true]) {
  test(`the document is served by a ${client ? 'client agent' : 'server'}`, async () => {
    const api = await startApi({ table: rows(), client });
    try {
      const answers = await Promise.all([ask(api.port, GET), ask(api.port, GET)]);
      answers.push(await ask(api.port, GET));
      for (const { status, headers, body } of answers) {
        assert.equal(status, 200);
        assert.equal(headers['content-type'], 'application/json');
        assert.equal(body, JSON.stringify(wholeDocument()));
      }
    } finally {
      await api.close();
    }
  });
}
