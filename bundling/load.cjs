// Runs a bundle that lies beside the file that calls this, in place of it, with the compiled code that was made of it when it
// was built. V8 takes that code only if it is of the same version with the same flags; otherwise, and where there is none, it
// compiles as ever.

'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { wrapper } = require('node:module');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/** Behind the code. */
const SUM_BYTES = 4;
/** Where the launcher lies. Compiled code remembers how a bundle was named when it was made, which was elsewhere. */
const ROOT = path.join(__dirname, '../..');

module.exports = (module, require, name) => {
  const filename = path.join(path.dirname(module.filename), name);
  // Node itself finds the sources that a stack is to name.
  if (process.sourceMapsEnabled) {
    module.exports = require(filename);
    return;
  }
  const script = new Script(sourceOf(filename), {
    filename: path.relative(ROOT, filename),
    cachedData: codeOf(filename),
  });
  script.runInThisContext()(module.exports, require, module, filename, path.dirname(filename));
  return { script, filename };
};

/**
 * V8 keeps it for as long as the thread runs, so it is one text of a byte a character: what isn't ASCII stands in comments
 * (bundle.mjs sees to that), and a text put together of three would be kept beside its parts.
 */
function sourceOf(filename) {
  const [begin, end] = wrapper.map((text) => Buffer.from(text));
  return Buffer.concat([begin, fs.readFileSync(filename), end]).latin1Slice();
}

/** For a bundle that needs an ECMAScript module: what V8 is given code for can't ask for one itself. */
module.exports.importModule = (name) => import(name);

/** V8 doesn't look for damage itself, and would end the process over it. */
function codeOf(filename) {
  let file;
  try {
    file = fs.readFileSync(`${filename}.code`);
  } catch {
    return undefined;
  }
  if (file.length < SUM_BYTES) return undefined;
  const code = file.subarray(0, -SUM_BYTES);
  return file.readUInt32LE(code.length) === crc32(code) ? code : undefined;
}
