// What is said to clients that never get to an endpoint: too many connections (spec/http.md, section 6), nonsense, slowness.

export const CROWDED_TEXT = 'Your IP is issuing too many concurrent connections, please rate limit your calls\n';
export const CROWDED_HEADERS = 'Content-Type: text/plain\r\n';

/** Bodies of what the net engine refuses by itself. */
export const REFUSAL_TEXT: { readonly [status: number]: string } = {
  400: '400 Bad Request',
  408: '408 Request Timeout',
  417: '417 Expectation Failed',
  431: '431 Request Header Fields Too Large',
  501: '501 Not Implemented: unsupported transfer encoding',
  505: '505 HTTP Version Not Supported',
};
