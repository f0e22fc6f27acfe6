// Decoded values in the form of the recorded vectors: bytes that are printable text as a string, others as hex,
// integers above 2^53 as JSON reads them (inexactly).

/** Fields of versions after the recorded one, which are left out on the wire where they are null. */
const LATER: ReadonlySet<string> = new Set(['Ports']);

export function printable(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value).toString('utf8');
    const isText = Buffer.from(text, 'utf8').equals(value) && !/[^\t\n\r\x20-\x7e\u00a0-\uffff]/.test(text);
    return isText ? text : { $hex: Buffer.from(value).toString('hex') };
  }
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([key, member]) => !(LATER.has(key) && member === null));
  return Object.fromEntries(members.map(([key, member]) => [key, printable(member)]));
}

/** Times are recorded as bytes, with what they say beside it. */
export function withoutReadings(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  if (Array.isArray(body)) return body.map(withoutReadings);
  return Object.fromEntries(
    Object.entries(body)
      .filter(([key]) => key !== '$time')
      .map(([key, value]) => [key, withoutReadings(value)]),
  );
}
