// The least that tells one HTTP answer from the next on a connection without pipelining: status and Content-Length. A client
// that does more would measure itself.

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const STATUS_AT = 'HTTP/1.1 '.length;
/** More than any answer a bench asks for; a server that sends more is not understood. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export class ResponseReader {
  #held: Buffer | null = null;

  /** The status once the answer is complete, else null. Throws when this is no answer it understands. */
  feed(chunk: Buffer): number | null {
    const bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    if (bytes.length > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd >= 0) {
      const head = bytes.toString('latin1', 0, headEnd);
      const length = LENGTH.exec(head)?.[1];
      if (length === undefined) throw new Error(`an answer without Content-Length: ${head.slice(0, 200)}`);
      if (bytes.length >= headEnd + HEAD_END.length + Number(length)) {
        this.#held = null;
        return Number(head.slice(STATUS_AT, STATUS_AT + 3));
      }
    }
    this.#held = Buffer.from(bytes);
    return null;
  }
}
