// Log lines on their way from a thread to main, as one flat list: a record of its own for each line takes more than twice as
// long to be sent and received, and an agent that is told of thousands of services a second logs two lines for each.

import type { LogLevel, LogRecord, LogValue, PackedLines } from '../wire/thread-port.js';

/** Time, level, name, message and the number of fields stand before the fields. */
const BEFORE_FIELDS = 5;

export function packLine(lines: LogValue[], { time, level, name, message, fields }: LogRecord): void {
  lines.push(time, level, name, message, fields.length);
  for (const field of fields) lines.push(field);
}

export function unpackLines(lines: PackedLines): LogRecord[] {
  const records: LogRecord[] = [];
  for (let at = 0; at < lines.length; ) {
    const fieldsAt = at + BEFORE_FIELDS;
    const end = fieldsAt + (lines[at + 4] as number);
    records.push({
      time: lines[at] as number,
      level: lines[at + 1] as LogLevel,
      name: lines[at + 2] as string,
      message: lines[at + 3] as string,
      fields: lines.slice(fieldsAt, end),
    });
    at = end;
  }
  return records;
}
