// A call that is made, on a connection that is open.

import type http2 from 'node:http2';

export interface ClientStream {
  readonly stream: http2.ClientHttp2Stream;
  /** What tells how the call ended, once the stream has closed: the trailers, or the headers where nothing else came. */
  ended: http2.IncomingHttpHeaders;
}

/** Nothing is sent before the caller ends the stream with its message. */
export function openClientStream(
  session: http2.ClientHttp2Session,
  path: string,
  headers: http2.OutgoingHttpHeaders = {},
): ClientStream {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  const call: ClientStream = { stream, ended: {} };
  const keep = (given: http2.IncomingHttpHeaders): void => {
    call.ended = given;
  };
  stream.on('response', keep);
  stream.on('trailers', keep);
  return call;
}
