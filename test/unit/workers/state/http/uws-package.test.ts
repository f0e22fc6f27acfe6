// The uws engine's package is optional, and npm leaves it out where its versions of Node don't fit: the program has to compile
// without it.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { repositoryRoot } from '../../../../data.js';

const FOLDER = path.join(repositoryRoot, 'src/workers/state/http/uws');

test('what loads the uws package compiles where it is not installed', () => {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
    typeRoots: [path.join(repositoryRoot, 'node_modules/@types')],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const resolve = (name: string, from: string) =>
    name === 'uWebSockets.js' ? undefined : ts.resolveModuleName(name, from, options, host).resolvedModule;
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => ({ resolvedModule: resolve(text, from) }));
  const files = ['uws-module.ts', 'uws-package.d.ts'].map((file) => path.join(FOLDER, file));
  const problems = ts.getPreEmitDiagnostics(ts.createProgram(files, options, host));
  assert.deepEqual(
    problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
    [],
  );
});
