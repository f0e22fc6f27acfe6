// Keys and values as the agent answers them. Numbers stay texts: flags are 64 bits wide and a JSON number isn't.

export interface KvPair {
  readonly key: string;
  readonly value: Buffer;
  readonly flags: string;
  readonly session: string;
  readonly createIndex: string;
  readonly modifyIndex: string;
  readonly lockIndex: string;
}

interface RawPair {
  readonly Key: string;
  readonly Value: string | null;
  readonly Session?: string;
  readonly Flags: string;
  readonly CreateIndex: string;
  readonly ModifyIndex: string;
  readonly LockIndex: string;
}

const NUMBERS = /"(Flags|CreateIndex|ModifyIndex|LockIndex)":\s*(\d+)/g;

export function parsePairs(body: Buffer): readonly KvPair[] {
  // A quote inside a key is escaped in JSON, so the pattern can't match within one.
  const exact = body.toString('utf8').replaceAll(NUMBERS, '"$1":"$2"');
  return (JSON.parse(exact) as readonly RawPair[]).map((raw) => ({
    key: raw.Key,
    value: Buffer.from(raw.Value ?? '', 'base64'),
    flags: raw.Flags,
    session: raw.Session ?? '',
    createIndex: raw.CreateIndex,
    modifyIndex: raw.ModifyIndex,
    lockIndex: raw.LockIndex,
  }));
}
