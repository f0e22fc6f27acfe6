// What goes out on a stream (spec/gossip.md, sections 3 and 4): compressed, encrypted with a length in front. A push/pull of a
// large pool takes long, so all this is done in steps.

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

/** The bytes of a message as the accepting side says it. */
export function* sealSteps(message: StreamMessage, protection: Protection): Generator<void, Uint8Array> {
  const content = yield* contentSteps(message, protection);
  const { primary } = protection.keyring;
  if (primary === null || !isEncrypting(protection)) return Buffer.concat(content);
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const frame = Buffer.allocUnsafe(FRAME_BYTES);
  frame[0] = ENCRYPT;
  frame.writeUInt32BE(encryptedLength(protection.encryptionVersion, length), 1);
  const authenticated = Buffer.concat([frame, protection.label]);
  const encrypted = yield* encryptSteps(protection.encryptionVersion, primary, content, authenticated);
  return Buffer.concat([frame, ...encrypted]);
}

/** What a side that dialled says: its label first. */
export function withLabel(sealed: Uint8Array, { label }: Protection): Uint8Array {
  return label.length === 0 ? sealed : Buffer.concat([labelHeader(label), sealed]);
}

/** The same as {@link sealSteps} in one go. */
export function sealStream(message: StreamMessage, protection: Protection): Uint8Array {
  return finish(sealSteps(message, protection));
}
