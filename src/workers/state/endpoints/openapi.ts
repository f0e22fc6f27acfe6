// /v1/openapi.json: the API described by its own table. The document is made when it is first asked for, and kept as bytes.

import { mapOf } from '../../../gotext/json-shape.js';
import type { EndpointTable } from '../http/endpoint.js';
import { json } from '../http/message/reply.js';
import { openApiDocument } from '../http/openapi/document.js';
import { action } from '../http/operation.js';
import { turns } from '../turns/turns.js';

/** `table` without this row. */
export function withOpenApi(table: EndpointTable): EndpointTable {
  let document: Promise<Uint8Array> | null = null;
  const make = async (): Promise<Uint8Array> =>
    Buffer.from(JSON.stringify(await turns.finished(openApiDocument(whole))));
  const GET = action({
    summary: 'This description of the API, in OpenAPI 3.1',
    acl: ['none'],
    answer: mapOf('any'),
    run: async () => {
      document ??= make();
      return json(await document);
    },
  });
  const whole: EndpointTable = [...table, { path: '/v1/openapi.json', answeredBy: 'agent', methods: { GET } }];
  return whole;
}
