// Reason phrases as Go writes them, and the status line of each status, made once.

const REASONS: { readonly [status: number]: string } = {
  200: 'OK',
  301: 'Moved Permanently',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

/** "404 Not Found". */
export function statusText(status: number): string {
  return `${status} ${REASONS[status] ?? 'Status'}`;
}

/**
 * Of pieces that stay together: V8 keeps a sum of texts as the sum, and would copy it piece by piece into each answer. What
 * is joined is one piece.
 */
export function onePiece(...pieces: readonly string[]): string {
  return pieces.join('');
}

const OK_LINE = 'HTTP/1.1 200 OK\r\n';

/** With its CRLF. */
export function statusLine(status: number): string {
  return status === 200 ? OK_LINE : `HTTP/1.1 ${statusText(status)}\r\n`;
}

/** Most answers are short: their lines are made once. */
const KEPT_LENGTHS = 2048;
const lengthLines = new Array<string | undefined>(KEPT_LENGTHS);

/** The Content-Length header, with its CRLF. */
export function lengthLine(length: number): string {
  if (length >= KEPT_LENGTHS) return `Content-Length: ${length}\r\n`;
  let line = lengthLines[length];
  if (line === undefined) {
    line = onePiece('Content-Length: ', String(length), '\r\n');
    lengthLines[length] = line;
  }
  return line;
}

let dateSecond = 0;
let dateLineText = '';

/** The Date header of this second, with its CRLF. */
export function dateLine(): string {
  const now = Date.now();
  const second = (now - (now % 1000)) / 1000;
  if (second !== dateSecond) {
    dateSecond = second;
    dateLineText = onePiece('Date: ', new Date(now).toUTCString(), '\r\n');
  }
  return dateLineText;
}
