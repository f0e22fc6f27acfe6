// Frames of the store of local registrations as a test writes them itself.

import { HEADER_BYTES, sealFrame } from '../../../../../src/workers/state/local/store/log-frames.js';
import { OperationWriter } from '../../../../../src/workers/state/local/store/operation-writer.js';
import type { Operation } from '../../../../../src/workers/state/local/store/store-operations.js';

/** One write of one operation, or of any other text. */
export function frame(operation: Operation): Buffer {
  const writer = new OperationWriter(HEADER_BYTES);
  writer.add(operation);
  sealFrame(writer.bytes);
  return writer.bytes;
}

/** The line of an operation. */
export function textOf(operation: Operation): string {
  const writer = new OperationWriter();
  writer.add(operation);
  return writer.bytes.toString();
}
