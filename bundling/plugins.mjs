// What esbuild is told about modules that can't be bundled as they are.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

/** Most agents never need them: Node makes a quarter of a megabyte of objects of it in each thread. */
const LOADED_WHEN_CALLED = ['node:crypto'];

/** Of such a module only functions can be had, each of which loads it when it is called. */
function functionsLoadedWhenCalled(name) {
  const functions = Object.entries(require(name)).filter(
    ([key, value]) => /^[a-z]/.test(key) && value instanceof Function,
  );
  const lines = functions.map(([key]) => `export const ${key} = (...values) => loaded().${key}(...values);`);
  return ['let module;', `const loaded = () => (module ??= require(${JSON.stringify(name)}));`, ...lines].join('\n');
}

/** Each name of a built-in module is a variable of the bundle, where esbuild would have a getter for each use of it. */
export function builtins() {
  const namespace = 'builtin';
  return {
    name: 'builtins',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:/ }, ({ path: name, kind }) =>
        kind === 'require-call' ? { path: name, external: true } : { path: name, namespace, sideEffects: false },
      );
      onLoad({ filter: /.*/, namespace }, ({ path: name }) => {
        if (LOADED_WHEN_CALLED.includes(name)) return { contents: functionsLoadedWhenCalled(name) };
        const exports = Object.keys(require(name)).filter((key) => /^[A-Za-z]\w*$/.test(key) && key !== 'default');
        const lines = exports.map((key) => `const $${key} = /* @__PURE__ */ (() => module.${key})();`);
        const names = exports.map((key) => `$${key} as ${key}`);
        return {
          contents: [
            `const module = require(${JSON.stringify(name)});`,
            'export default module;',
            ...lines,
            `export { ${names.join(', ')} };`,
          ].join('\n'),
        };
      });
    },
  };
}

/** LevelDB's addon is looked for beside its package's files, which are no longer where they were. */
export function levelBinding() {
  return {
    name: 'level-binding',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]classic-level[\\/]binding\.js$/ }, () => ({
        contents: `
          const { createRequire } = require('node:module');
          const { dirname } = require('node:path');
          module.exports = require('node-gyp-build')(dirname(createRequire(__filename).resolve('classic-level')));`,
      }));
    },
  };
}

const BUNDLE = '__bundle';
/** Stands at the beginning of a bundle: where it lies. */
export const BANNER = `const ${BUNDLE} = require('node:url').pathToFileURL(__filename);`;

/** The one package that can't be had by `require`. */
const ECMASCRIPT_ONLY = /\bimport\(('uWebSockets\.js')\)/g;

/** A module goes on finding what lies beside it: dist/program is the tree of dist/src. */
export function locations(from, folder) {
  return {
    name: 'locations',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
        if (!file.startsWith(from + path.sep)) return undefined;
        const text = await fs.promises.readFile(file, 'utf8');
        const relative = JSON.stringify(path.relative(folder, file));
        const location = `new URL(${relative}, ${BUNDLE}).href`;
        const loader = JSON.stringify(`./${path.relative(folder, path.join(from, 'load.cjs'))}`);
        const contents = text
          .replaceAll('import.meta.url', location)
          .replaceAll(ECMASCRIPT_ONLY, (_import, name) => `module.require(${loader}).importModule(${name})`);
        return { contents, loader: 'js' };
      });
    },
  };
}

/** What is loaded only when it is asked for stays a file of its own: `programs` are whole paths, `folder` that of the bundle. */
export function parts(programs, folder) {
  return {
    name: 'parts',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path: name, kind, resolveDir }) => {
        const file = path.resolve(resolveDir, name);
        if (kind !== 'dynamic-import' || !programs.includes(file)) return undefined;
        return { path: `./${path.relative(folder, file)}`, external: true };
      });
    },
  };
}
