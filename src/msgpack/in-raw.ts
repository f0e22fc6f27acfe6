// Values that are written as one raw value of which they are the content.

import type { Kind } from './kinds.js';
import { MsgpackReader } from './reader.js';
import { MsgpackWriter } from './writer.js';

export function inRaw<T>(of: Kind<T>): Kind<T> {
  return {
    ...of,
    write(writer, value) {
      const inner = new MsgpackWriter();
      of.write(inner, value);
      writer.binary(inner.take());
    },
    read(reader) {
      const inner = new MsgpackReader(reader.binary() ?? new Uint8Array(0), 0, reader.limits);
      const value = of.read(inner);
      // The raw value is whole: more bytes of the stream wouldn't make what is in it longer.
      if (inner.problem !== null) reader.fail(inner.problem === 'truncated' ? 'wrong-type' : inner.problem);
      return value;
    },
  };
}
