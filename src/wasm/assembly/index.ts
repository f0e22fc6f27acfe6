// The compiled module's exports. One module serves three uses, each with an instance (and so a memory) of its own:
// encoding commands, scanning messages for decoding, and checksums. The TypeScript faces are in src/wasm/*.ts.

export { firstFree } from './layout';
export { setOutput, encodeStruct, encodeValue } from './encode';
export { setCache, clearCache } from './strings';
export { scan } from './scan';
export { prepareCrc32, crc32 } from './crc32';
export { prepareCrc64, crc64 } from './crc64';
export { lzwTableBytes, prepareLzw, lzwEncode, lzwDecode } from './lzw';
export { lzwEncodeStart, lzwEncodeMore, lzwEncodeEnd } from './lzw';
export { lzwDecodeStart, lzwDecodeFrom, lzwDecodedEnd, lzwDecodeMore } from './lzw';
export { snappyTableBytes, prepareSnappy, snappyEncode, snappyDecode } from './snappy';
