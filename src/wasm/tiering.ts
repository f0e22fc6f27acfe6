// How much a function of WebAssembly does before V8 compiles it anew, with its optimizing compiler. The option is the process's,
// and V8 refuses compiled code that was made with other options, also what Node brings along of its own modules: each thread would
// compile those anew when it begins. So the option is another one only while a module is compiled, which keeps what it had then.

import { setFlagsFromString } from 'node:v8';

const OPTION = '--wasm-tiering-budget=';
const LARGE = `${OPTION}100000000`;
/** V8's own value, which the launcher tells: V8 doesn't say it (bundling/node-options.mjs). */
const OWN = process.execArgv.find((option) => option.startsWith(OPTION));

/**
 * Of a module with a large function, which is compiled anew only when it has been used some hundred times as much as V8 thinks
 * right. Another thread that compiles the same bytes gets the same code.
 */
export function compileForRareUse(code: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  if (OWN === undefined) return new WebAssembly.Module(code);
  setFlagsFromString(LARGE);
  try {
    return new WebAssembly.Module(code);
  } finally {
    setFlagsFromString(OWN);
  }
}
