// Many records in few commands: each command takes what fits into it.

/** In order, at most so many in each and so much altogether; one that is larger than that comes alone. */
export function batches<Item>(
  items: readonly Item[],
  { most, mostSize, sizeOf }: { readonly most: number; readonly mostSize: number; sizeOf(item: Item): number },
): Item[][] {
  const all: Item[][] = [];
  let last: Item[] = [];
  let size = 0;
  for (const item of items) {
    const more = sizeOf(item);
    if (last.length > 0 && (last.length >= most || size + more > mostSize)) {
      all.push(last);
      last = [];
      size = 0;
    }
    last.push(item);
    size += more;
  }
  if (last.length > 0) all.push(last);
  return all;
}

/** About the bytes that a record takes in a command. */
export function sizeOf(record: unknown): number {
  return JSON.stringify(record, textOfBigints)?.length ?? 0;
}

function textOfBigints(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Of one command. */
export const MOST_BYTES = 256 * 1024;
