// A request to subscribe, as a stock agent sends it or an older one did (spec/rpc.md, section 7, "Subscribe").

import { readFields } from '../protobuf/reader.js';
import type { ProtoWriter } from '../protobuf/writer.js';

export interface SubscribeRequest {
  readonly topic: number;
  /** Its secret; "" = anonymous. */
  readonly token: string;
  /** The index of the last event the subscriber has; 0: it has nothing. */
  readonly index: number;
  readonly datacenter: string;
  /** "" where none is named. */
  readonly key: string;
  /** Of another cluster. */
  readonly peer: string;
  /** All subjects of the topic. */
  readonly isWildcard: boolean;
}

const OLD_KEY = 2;
const TOKEN = 3;
const OLD_PEER = 8;
const NAMED_SUBJECT = 10;

/** null: it can't be read. */
export function readSubscribeRequest(message: Buffer): SubscribeRequest | null {
  const fields = readFields(message);
  if (fields === null) return null;
  const request = { topic: 0, token: '', index: 0, datacenter: '', key: '', peer: '', isWildcard: false };
  for (const { number, value } of fields) {
    if (typeof value === 'number') {
      if (number === 1) request.topic = value;
      else if (number === 4) request.index = value;
      else if (number === 9) request.isWildcard = value !== 0;
    } else if (number === TOKEN) request.token = value.toString();
    else if (number === 5) request.datacenter = value.toString();
    else if (number === OLD_KEY) request.key = value.toString();
    else if (number === OLD_PEER) request.peer = value.toString();
    else if (number === NAMED_SUBJECT) {
      const subject = readFields(value);
      if (subject === null) return null;
      request.isWildcard = false;
      for (const named of subject) {
        if (named.number === 1) request.key = named.value.toString();
        else if (named.number === 4) request.peer = named.value.toString();
      }
    }
  }
  return request;
}

/** As a stock agent of today sends it. */
export function writeSubscribeRequest(
  writer: ProtoWriter,
  { topic, token, index, datacenter, key, peer, isWildcard }: SubscribeRequest,
): void {
  writer.integer(1, topic);
  writer.text(TOKEN, token);
  writer.integer(4, index);
  writer.text(5, datacenter);
  if (isWildcard) {
    writer.bool(9, true);
    return;
  }
  const begun = writer.begin(NAMED_SUBJECT);
  writer.text(1, key);
  writer.text(4, peer);
  writer.end(begun);
}
