// The exports of the module that scans messages for decoding (src/wasm/scanner.ts): servers need it, for the log and snapshots.

export { firstFree } from './layout';
export { setCache, clearCache } from './strings';
export { scan } from './scan';
