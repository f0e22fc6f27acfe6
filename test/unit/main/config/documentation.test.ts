// The documentation of the configuration says what the schema says.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../../../data.js';
import { renderConfigurationDocument } from '../../../documentation.js';

test('docs/configuration.md follows the schema', () => {
  const file = path.join(repositoryRoot, 'docs/configuration.md');
  const text = renderConfigurationDocument();
  if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(file, text);
  assert.equal(fs.readFileSync(file, 'utf8'), text);
});
