// What stands in front of each body: who is asked, and what became of it (spec/rpc.md, section 3).

import { encode, written } from '../../../../msgpack/codec.js';
import { type Kind, text, u64 } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { Uint64 } from '../../../../wire/uint64.js';

export interface RequestHeader {
  readonly Seq: Uint64;
  readonly ServiceMethod: string;
}

export interface ResponseHeader {
  readonly Error: string;
  readonly Seq: Uint64;
  readonly ServiceMethod: string;
}

export const requestHeader = struct<RequestHeader>({ ServiceMethod: text, Seq: u64 });

export const responseHeader = struct<ResponseHeader>({ ServiceMethod: text, Seq: u64, Error: text });

/** No arguments, no result, no reply beside an error. */
export const EMPTY_BODY = Uint8Array.of(0x80);

/** Longer bodies leave behind their header, as they are. */
const MOST_TOGETHER = 16 * 1024;

interface Outlet {
  /** The bytes are its own from now on. */
  write(bytes: Uint8Array): void;
}

function sendMessage<Header>(to: Outlet, kind: Kind<Header>, header: Header, body: Uint8Array): void {
  if (body.length > MOST_TOGETHER) {
    to.write(encode(kind, header));
    to.write(body);
    return;
  }
  to.write(
    written((writer) => {
      kind.write(writer, header);
      writer.raw(body);
    }),
  );
}

export function sendResponse(to: Outlet, header: ResponseHeader, body: Uint8Array): void {
  sendMessage(to, responseHeader, header, body);
}

export function sendRequest(to: Outlet, header: RequestHeader, body: Uint8Array): void {
  sendMessage(to, requestHeader, header, body);
}
