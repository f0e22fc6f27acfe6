// Bytes as text between lines that name what they are.

const LINE = /.{1,64}/g;

export function toPem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(LINE) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The first block of this label; null where there is none. */
export function fromPem(label: string, text: string): Buffer | null {
  const begin = `-----BEGIN ${label}-----`;
  const from = text.indexOf(begin);
  const to = text.indexOf(`-----END ${label}-----`, from);
  if (from < 0 || to < 0) return null;
  const body = text.slice(from + begin.length, to).replace(/\s/g, '');
  const bytes = Buffer.from(body, 'base64');
  // What is written in another way than this has characters in it that mean nothing.
  return bytes.toString('base64') === body && body !== '' ? bytes : null;
}

/** Bytes as identifiers are shown: pairs of hex digits with colons. */
export function colonHex(bytes: Uint8Array): string {
  return (Buffer.from(bytes).toString('hex').match(/../g) ?? []).join(':');
}
