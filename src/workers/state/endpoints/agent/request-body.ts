// Reading a JSON body: whole, at most 2 MiB, decoded by a schema; what is wrong with it is a reply (spec/http.md section 4).

import { decodeJson, type Kind } from '../../../../gotext/json-decode.js';
import { type Reply, text } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';

/** Stock has no limit; nothing an agent registers comes near. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

export type Body<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reply: Reply };

const STRICT = { unknownFields: 'error' } as const;

export async function decodedBody<T>(request: ApiRequest, kind: Kind<T>): Promise<Body<T>> {
  const body = await request.body(MAX_BODY_BYTES);
  if (!body.ok) return body;
  const { bytes } = body;
  const json = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const decoded = decodeJson(json, kind, STRICT);
  if (decoded.ok) return decoded;
  return { ok: false, reply: text(400, `Request decode failed: ${decoded.error}`) };
}
