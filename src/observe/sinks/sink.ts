// Where lines of metrics go.

export interface Sink {
  /** Gone, whatever becomes of them. */
  send(lines: Iterable<string>): void;
  close(): void;
}
