// Writes one struct as msgpack in the flavour of Consul's commands (spec/fsm.md, section 1) from two operand streams
// that TypeScript filled: words (lengths, counts, small integers, marks) and the bytes of strings. Key text and map
// headers come from the schema, so they never cross the border. The output is the last region of the memory and grows
// in place.

import {
  BOOL, BYTES, copy, DYNAMIC, FIELD_SIZE, FIELDS, FLOAT, INT, LATER_LIST, LIST, MAP, NULLABLE_STRUCT, STRING, STRUCT, UINT,
} from './layout';

const NONE: i32 = -1;
const WIDE_SIGNED: i32 = -1;
const ABSENT: i32 = 0;
const ZERO_FORM: i32 = 2;

let words: usize = 0;
let bytes: usize = 0;
let out: usize = 0;
let limit: usize = 0;
let holes: usize = 0;

/** Room for `size` bytes, with the overhang that `copy` may write. */
// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
function ensure(size: usize): void {
  if (out + size + 192 > limit) grow(size);
}

function grow(size: usize): void {
  const pages = <i32>((out + size + 192 - limit) >> 16) + 1;
  // Doubling keeps the number of growths logarithmic; when that much is refused, what is needed is asked for.
  let got = memory.grow(max(pages, memory.size() >> 1));
  if (got < 0) got = memory.grow(pages);
  if (got < 0) unreachable();
  limit = <usize>memory.size() << 16;
}

// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
function word(): i32 {
  const value = load<i32>(words);
  words += 4;
  return value;
}

function rawHeader(length: u32): void {
  if (length < 32) {
    store<u8>(out, 0xa0 | length);
    out += 1;
  } else if (length < 65536) {
    store<u8>(out, 0xda);
    store<u16>(out, bswap<u16>(<u16>length), 1);
    out += 3;
  } else {
    store<u8>(out, 0xdb);
    store<u32>(out, bswap<u32>(length), 1);
    out += 5;
  }
}

function containerHeader(count: u32, fix: u32, wide: u32): void {
  if (count < 16) {
    store<u8>(out, fix | count);
    out += 1;
  } else if (count < 65536) {
    store<u8>(out, wide);
    store<u16>(out, bswap<u16>(<u16>count), 1);
    out += 3;
  } else {
    store<u8>(out, wide + 1);
    store<u32>(out, bswap<u32>(count), 1);
    out += 5;
  }
}

function unsigned(value: u64): void {
  if (value < 128) {
    store<u8>(out, <u8>value);
    out += 1;
  } else if (value < 256) {
    store<u8>(out, 0xcc);
    store<u8>(out, <u8>value, 1);
    out += 2;
  } else if (value < 65536) {
    store<u8>(out, 0xcd);
    store<u16>(out, bswap<u16>(<u16>value), 1);
    out += 3;
  } else if (value <= 0xffffffff) {
    store<u8>(out, 0xce);
    store<u32>(out, bswap<u32>(<u32>value), 1);
    out += 5;
  } else {
    store<u8>(out, 0xcf);
    store<u64>(out, bswap<u64>(value), 1);
    out += 9;
  }
}

function negative(value: i64): void {
  if (value >= -32) {
    store<u8>(out, <u8>value);
    out += 1;
  } else if (value >= -128) {
    store<u8>(out, 0xd0);
    store<u8>(out, <u8>value, 1);
    out += 2;
  } else if (value >= -32768) {
    store<u8>(out, 0xd1);
    store<u16>(out, bswap<u16>(<u16>value), 1);
    out += 3;
  } else if (value >= -2147483648) {
    store<u8>(out, 0xd2);
    store<u32>(out, bswap<u32>(<u32>value), 1);
    out += 5;
  } else {
    store<u8>(out, 0xd3);
    store<u64>(out, bswap<u64>(<u64>value), 1);
    out += 9;
  }
}

function integer(): void {
  const value = word();
  if (value >= 0) {
    unsigned(<u64>value);
    return;
  }
  const wide = load<i64>(words);
  words += 8;
  if (value == WIDE_SIGNED && wide < 0) negative(wide);
  else unsigned(<u64>wide);
}

function text(length: u32): void {
  ensure(length + 5);
  rawHeader(length);
  copy(out, bytes, length);
  out += length;
  bytes += length;
}

function struct(schema: usize): void {
  const end = schema + FIELDS + <usize>load<u32>(schema) * FIELD_SIZE;
  ensure(64);
  store<u32>(out, load<u32>(schema, 16));
  out += load<u32>(schema, 12);
  // The last byte of the header has the low bits of the count in both of its forms.
  const count = out - 1;
  for (let field = schema + FIELDS; field < end; field += FIELD_SIZE) {
    const kind = load<i32>(field, 8);
    if (kind == LATER_LIST && load<i32>(words) < 0) {
      words += 4;
      store<u8>(count, load<u8>(count) - 1);
      continue;
    }
    ensure(80);
    const length: usize = load<u32>(field, 4);
    copy(out, load<u32>(field), length);
    out += length;
    // The commonest value of all, "", is written without a call.
    if (kind == STRING && load<i32>(words) == 0) {
      words += 4;
      store<u8>(out, 0xa0);
      out += 1;
    } else {
      value(kind, load<u32>(field, 12));
    }
  }
}

function value(kind: i32, argument: usize): void {
  ensure(16);
  switch (kind) {
    case STRING: {
      text(word());
      return;
    }
    case BYTES: {
      const length = word();
      if (length >= 0) {
        text(length);
      } else if (length == NONE) {
        store<u8>(out, 0xc0);
        out += 1;
      } else {
        // The caller inserts these bytes when it copies the output: they never enter this memory.
        rawHeader(word());
        store<u32>(holes, <u32>out);
        holes += 4;
      }
      return;
    }
    case BOOL: {
      store<u8>(out, 0xc2 + word());
      out += 1;
      return;
    }
    case INT:
    case UINT: {
      integer();
      return;
    }
    case FLOAT: {
      store<u8>(out, 0xcb);
      store<u64>(out, bswap<u64>(load<u64>(words)), 1);
      words += 8;
      out += 9;
      return;
    }
    case STRUCT:
    case NULLABLE_STRUCT: {
      const mark = word();
      if (mark == ABSENT) {
        store<u8>(out, 0xc0);
        out += 1;
      } else if (mark == ZERO_FORM) {
        const length: usize = load<u32>(argument, 8);
        ensure(length);
        memory.copy(out, load<u32>(argument, 4), length);
        out += length;
      } else {
        struct(argument);
      }
      return;
    }
    case LIST:
    case LATER_LIST: {
      const count = word();
      if (count < 0) {
        store<u8>(out, 0xc0);
        out += 1;
        return;
      }
      containerHeader(count, 0x90, 0xdc);
      for (let i = 0; i < count; i++) value(load<i32>(argument), load<u32>(argument, 4));
      return;
    }
    case MAP: {
      const count = word();
      if (count < 0) {
        store<u8>(out, 0xc0);
        out += 1;
        return;
      }
      containerHeader(count, 0x80, 0xde);
      for (let i = 0; i < count; i++) {
        text(word());
        value(load<i32>(argument), load<u32>(argument, 4));
      }
      return;
    }
    case DYNAMIC: {
      // Already msgpack.
      const length: usize = word();
      ensure(length);
      copy(out, bytes, length);
      out += length;
      bytes += length;
      return;
    }
    default: {
      store<u8>(out, 0xc0);
      out += 1;
    }
  }
}

/** Where holes (bytes the caller inserts) are noted: one u32 output address each. */
export function setOutput(holesAt: usize): void {
  holes = holesAt;
}

/** Encodes a struct at `target`; answers the end of the output. */
export function encodeStruct(schema: usize, wordsAt: usize, bytesAt: usize, target: usize): usize {
  words = wordsAt;
  bytes = bytesAt;
  out = target;
  limit = <usize>memory.size() << 16;
  struct(schema);
  return out;
}

/** The same for a value of any kind. */
export function encodeValue(kind: i32, argument: usize, wordsAt: usize, bytesAt: usize, target: usize): usize {
  words = wordsAt;
  bytes = bytesAt;
  out = target;
  limit = <usize>memory.size() << 16;
  value(kind, argument);
  return out;
}
