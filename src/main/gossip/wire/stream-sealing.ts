// What goes out on a stream (spec/gossip.md, sections 3 and 4): compressed, encrypted with a length in front, the label first
// on the side that dialled. A push/pull of a large pool takes long, so all this is done in steps.

import { compress, compressSteps } from './compression.js';
import { encryptedLength, encryptSteps } from './encryption.js';
import { labelHeader } from './label.js';
import { ENCRYPT } from './message-types.js';
import { isEncrypting, type Protection } from './protection.js';
import { finish } from './steps.js';
import { encodePushPull, encodeStreamMessage, type StreamMessage } from './stream-messages.js';

/** Type byte and length in front of what is encrypted. */
export const FRAME_BYTES = 5;

function* contentSteps(message: StreamMessage, { isCompressing }: Protection): Generator<void, Uint8Array[]> {
  if (message.type !== 'pushPull') {
    const content = encodeStreamMessage(message);
    return [isCompressing ? compress(content) : content];
  }
  const pieces = encodePushPull(message.body);
  if (isCompressing) return yield* compressSteps(pieces);
  const parts: Uint8Array[] = [];
  for (const piece of pieces) {
    parts.push(piece);
    yield;
  }
  return parts;
}

/** The bytes of a message as they go over the connection. `isDialled`: from the side that dialled, with the label. */
export function* sealSteps(
  message: StreamMessage,
  protection: Protection,
  isDialled: boolean,
): Generator<void, Uint8Array> {
  const content = yield* contentSteps(message, protection);
  const label = isDialled ? labelHeader(protection.label) : protection.label.subarray(0, 0);
  const { primary } = protection.keyring;
  if (primary === null || !isEncrypting(protection)) return Buffer.concat([label, ...content]);
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const frame = Buffer.allocUnsafe(FRAME_BYTES);
  frame[0] = ENCRYPT;
  frame.writeUInt32BE(encryptedLength(protection.encryptionVersion, length), 1);
  const authenticated = Buffer.concat([frame, protection.label]);
  const encrypted = yield* encryptSteps(protection.encryptionVersion, primary, content, authenticated);
  return Buffer.concat([label, frame, ...encrypted]);
}

/** What the accepting side says, in one go. */
export function sealStream(message: StreamMessage, protection: Protection): Uint8Array {
  return finish(sealSteps(message, protection, false));
}
