// The compiled module's exports: encoding commands, checksums, LZW, Snappy, each with an instance (and so a memory) of its own.
// It imports nothing: for an import V8 starts its optimizing compiler, which is two megabytes of an agent that needs it for
// nothing else (scanning.ts is apart for that). The TypeScript faces are in src/wasm/*.ts.

export { firstFree } from './layout';
export { setOutput, encodeStruct, encodeValue } from './encode';
export { prepareCrc32, crc32 } from './crc32';
export { prepareCrc64, crc64 } from './crc64';
export { lzwTableBytes, prepareLzw, lzwEncode, lzwDecode } from './lzw';
export { lzwEncodeStart, lzwEncodeMore, lzwEncodeEnd } from './lzw';
export { lzwDecodeStart, lzwDecodeFrom, lzwDecodedEnd, lzwDecodeMore } from './lzw';
export { snappyTableBytes, prepareSnappy, snappyEncode, snappyDecode } from './snappy';
