// The request headers that anything behind the engine asks for: all that a request takes along when it is handed over.

const ASKED_HEADERS = [
  'accept',
  'accept-encoding',
  'authorization',
  'cache-control',
  'content-type',
  'x-consul-namespace',
  'x-consul-partition',
  'x-consul-token',
  'x-forwarded-for',
] as const;

const asked: ReadonlySet<string> = new Set(ASKED_HEADERS);

/** Names and values in turn. */
export function askedHeaders(exchange: { header(lowerName: string): string | undefined }): readonly string[] {
  const headers: string[] = [];
  for (const name of ASKED_HEADERS) {
    const value = exchange.header(name);
    if (value !== undefined) headers.push(name, value);
  }
  return headers;
}

/** The value among what {@link askedHeaders} gave. */
export function headerAmong(headers: readonly string[], lowerName: string): string | undefined {
  if (!asked.has(lowerName)) throw new Error(`the header ${lowerName} isn't handed over`);
  for (let at = 0; at < headers.length; at += 2) if (headers[at] === lowerName) return headers[at + 1];
  return undefined;
}
