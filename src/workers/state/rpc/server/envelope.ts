// What stands in front of each body: who is asked, and what became of it (spec/rpc.md, section 3).

import { written } from '../../../../msgpack/codec.js';
import { text, u64 } from '../../../../msgpack/kinds.js';
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

export function response(header: ResponseHeader, body: Uint8Array): Uint8Array {
  return written((writer) => {
    responseHeader.write(writer, header);
    writer.raw(body);
  });
}

export function request(header: RequestHeader, body: Uint8Array): Uint8Array {
  return written((writer) => {
    requestHeader.write(writer, header);
    writer.raw(body);
  });
}
