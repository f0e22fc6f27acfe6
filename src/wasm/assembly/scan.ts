// Reads one msgpack value against a schema and notes, for every field, where its value lies or what it is: a table of
// 8-byte slots by schema position, so that key order, unknown keys and integer widths are dealt with here and
// TypeScript only makes the objects. Never reads past the message, never recurses deeper than the schema does.
//
//   string  i32 length (0: empty) | i32 address; address is complemented when the text isn't ASCII.
//           length >= 65536 when short and new: (cache entry + 1) << 16 | length; negative: -(cache entry + 1), already known
//   long string (more than the cache takes): length | address, with bit 30 set in length
//   bytes   length + 1 (0: nil) | offset of the payload in the message
//   bool    0 or 1          int, uint   the 64 bits          float   the 64 bits
//   struct  0 nil or missing, 1 present, 2 all fields zero | first slot
//   list    count + 1 (0: nil) | first slot          map   the same, two slots an entry
//   dynamic length | address of its msgpack

import {
  BOOL, BYTES, DYNAMIC, equal, FIELD_SIZE, FIELDS, FLOAT, INT, LATER_LIST, LIST, MAP, NULLABLE_STRUCT, STRING, STRUCT, UINT,
} from './layout';
import { LONGEST, lookUp } from './strings';

/**
 * Copies the message from this offset on to this address, as much as there is room for; answers how many bytes.
 * Called behind a byte value that lies beyond what is loaded: such a value is passed without ever entering this
 * memory.
 */
// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@external("host", "load")
declare function loadFrom(offset: u32, address: usize): u32;

// What `scan` answers when it fails; the offset is in the first word of the slots.
const TRUNCATED: i32 = -1;
const WRONG_TYPE: i32 = -2;
const NOT_LOADED: i32 = -3;
const TOO_MANY: i32 = -4;
const OVERFLOW: i32 = -5;

const LONG: u32 = 1 << 30;

let start: usize = 0;
let at: usize = 0;
let end: usize = 0;
let loaded: usize = 0;
let slots: usize = 0;
let next: usize = 0;
let slotsLimit: usize = 0;
let slotsMost: usize = 0;
let failure: i32 = 0;
let scanNumber: u32 = 0;

function fail(code: i32): bool {
  if (failure == 0) failure = code;
  return false;
}

/** Whether `size` bytes can be read. */
// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
function has(size: usize): bool {
  if (size <= loaded - at) return true;
  return fail(size <= end - at ? NOT_LOADED : TRUNCATED);
}

/** Makes `count` empty slots. Answers the first, or 0 when the table would grow too large. */
function makeSlots(count: usize): usize {
  const size = count << 3;
  const first = next;
  if (size > slotsMost - next) {
    fail(TOO_MANY);
    return 0;
  }
  next += size;
  if (next + 64 > slotsLimit) {
    const pages = <i32>((next + 64 - slotsLimit) >> 16) + 1;
    if (memory.grow(max(pages, memory.size() >> 1)) < 0 && memory.grow(pages) < 0) {
      fail(TOO_MANY);
      return 0;
    }
    slotsLimit = <usize>memory.size() << 16;
  }
  memory.fill(first, 0, size);
  return first;
}

// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
function slotNumber(address: usize): u32 {
  return <u32>((address - slots) >> 3);
}

/** Header of a raw, string or binary value: its length, `at` behind the header. -1: nil; -2: failed. */
function rawLength(): i64 {
  if (!has(1)) return -2;
  const tag = load<u8>(at);
  if (tag == 0xc0) {
    at += 1;
    return -1;
  }
  let length: i64 = 0;
  if (tag >= 0xa0 && tag <= 0xbf) {
    length = tag & 31;
    at += 1;
  } else if (tag == 0xda || tag == 0xc5) {
    if (!has(3)) return -2;
    length = bswap<u16>(load<u16>(at, 1));
    at += 3;
  } else if (tag == 0xd9 || tag == 0xc4) {
    if (!has(2)) return -2;
    length = load<u8>(at, 1);
    at += 2;
  } else if (tag == 0xdb || tag == 0xc6) {
    if (!has(5)) return -2;
    length = bswap<u32>(load<u32>(at, 1));
    at += 5;
  } else {
    fail(WRONG_TYPE);
    return -2;
  }
  if (<u64>length > <u64>(end - at)) {
    fail(TRUNCATED);
    return -2;
  }
  return length;
}

/** Header of a map or array; -1: nil, -2: failed. `size` is the least number of bytes of an entry. */
function containerLength(fix: u32, wide: u32, size: u64): i64 {
  if (!has(1)) return -2;
  const tag: u32 = load<u8>(at);
  let count: i64 = 0;
  if ((tag & 0xf0) == fix) {
    at += 1;
    count = tag & 15;
  } else if (tag == 0xc0) {
    at += 1;
    return -1;
  } else if (tag == wide) {
    if (!has(3)) return -2;
    count = bswap<u16>(load<u16>(at, 1));
    at += 3;
  } else if (tag == wide + 1) {
    if (!has(5)) return -2;
    count = bswap<u32>(load<u32>(at, 1));
    at += 5;
  } else {
    fail(WRONG_TYPE);
    return -2;
  }
  if (<u64>count * size > <u64>(end - at)) {
    fail(TRUNCATED);
    return -2;
  }
  return count;
}

/** Passes one value of any type; counts what is still to come instead of recursing. */
function skip(): bool {
  let pending: u64 = 1;
  while (pending > 0) {
    if (!has(1)) return false;
    pending -= 1;
    const tag: u32 = load<u8>(at);
    at += 1;
    let size: u64 = 0;
    if (tag < 0x80 || tag >= 0xe0 || tag == 0xc0 || tag == 0xc2 || tag == 0xc3) continue;
    if (tag < 0x90) {
      pending += (tag & 15) << 1;
      continue;
    }
    if (tag < 0xa0) {
      pending += tag & 15;
      continue;
    }
    if (tag < 0xc0) size = tag & 31;
    else if (tag == 0xc1) return fail(WRONG_TYPE);
    else if (tag >= 0xca && tag <= 0xd3) {
      if (tag == 0xca) size = 4;
      else if (tag == 0xcb) size = 8;
      else size = 1 << ((tag - 0xcc) & 3);
    } else if (tag >= 0xd4 && tag <= 0xd8) size = 1 + (1 << (tag - 0xd4));
    else {
      // A length of 1, 2 or 4 bytes follows.
      let width: usize = 4;
      if (tag == 0xc4 || tag == 0xc7 || tag == 0xd9) width = 1;
      else if (tag == 0xc5 || tag == 0xc8 || tag == 0xda || tag == 0xdc || tag == 0xde) width = 2;
      if (!has(width)) return false;
      let length: u64 = 0;
      if (width == 1) length = load<u8>(at);
      else if (width == 2) length = bswap<u16>(load<u16>(at));
      else length = bswap<u32>(load<u32>(at));
      at += width;
      if (tag >= 0xdc) {
        pending += tag >= 0xde ? length << 1 : length;
        if (pending > <u64>(end - at)) return fail(TRUNCATED);
        continue;
      }
      size = tag >= 0xc7 && tag <= 0xc9 ? length + 1 : length;
    }
    if (size > <u64>(end - at)) return fail(TRUNCATED);
    if (!has(<usize>size)) return false;
    at += <usize>size;
  }
  return true;
}

function isAscii(from: usize, length: usize): bool {
  let done: usize = 0;
  while (done + 16 <= length) {
    if (i8x16.bitmask(v128.load(from + done)) != 0) return false;
    done += 16;
  }
  if (done == length) return true;
  return (i8x16.bitmask(v128.load(from + done)) & ((1 << <i32>(length - done)) - 1)) == 0;
}

function text(slot: usize): bool {
  const length = rawLength();
  if (length < 0) return length == -1;
  const size = <usize>length;
  if (size == 0) return true;
  if (!has(size)) return false;
  const from = at;
  at += size;
  if (size <= LONGEST) {
    const entry = lookUp(from, size, scanNumber);
    if (entry < 0) {
      store<i32>(slot, entry);
      return true;
    }
    store<u32>(slot, (<u32>entry << 16) | <u32>size);
  } else {
    store<u32>(slot, LONG | <u32>size);
  }
  store<i32>(slot, isAscii(from, size) ? <i32>from : ~(<i32>from), 4);
  return true;
}

function bytes(slot: usize): bool {
  const length = rawLength();
  if (length < 0) return length == -1;
  store<u32>(slot, <u32>length + 1);
  store<u32>(slot, <u32>(at - start), 4);
  at += <usize>length;
  if (at > loaded) {
    // What follows is loaded where the value would lie; start and end move so that offsets stay those of the message.
    const gap = at - loaded;
    const count: usize = loadFrom(<u32>(at - start), loaded);
    at = loaded;
    loaded += count;
    start -= gap;
    end -= gap;
  }
  return true;
}

function integer(slot: usize, isSigned: bool): bool {
  if (!has(1)) return false;
  const tag: u32 = load<u8>(at);
  if (tag < 0x80) {
    at += 1;
    store<u64>(slot, tag);
    return true;
  }
  if (tag == 0xc0) {
    at += 1;
    return true;
  }
  let value: i64 = 0;
  if (tag >= 0xe0) {
    at += 1;
    value = <i64>(<i8>tag);
  } else {
    if (tag < 0xcc || tag > 0xd3) return fail(WRONG_TYPE);
    const width: usize = 1 << ((tag - 0xcc) & 3);
    if (!has(width + 1)) return false;
    const from = at + 1;
    at = from + width;
    if (tag == 0xcc) value = load<u8>(from);
    else if (tag == 0xcd) value = bswap<u16>(load<u16>(from));
    else if (tag == 0xce) value = bswap<u32>(load<u32>(from));
    else if (tag == 0xcf) {
      const wide = bswap<u64>(load<u64>(from));
      if (isSigned && wide > <u64>i64.MAX_VALUE) return fail(OVERFLOW);
      store<u64>(slot, wide);
      return true;
    } else if (tag == 0xd0) value = <i64>load<i8>(from);
    else if (tag == 0xd1) value = <i64>(<i16>bswap<u16>(load<u16>(from)));
    else if (tag == 0xd2) value = <i64>(<i32>bswap<u32>(load<u32>(from)));
    else value = <i64>bswap<u64>(load<u64>(from));
  }
  if (!isSigned && value < 0) return fail(OVERFLOW);
  store<i64>(slot, value);
  return true;
}

function float(slot: usize): bool {
  if (!has(1)) return false;
  const tag = load<u8>(at);
  if (tag == 0xcb) {
    if (!has(9)) return false;
    store<u64>(slot, bswap<u64>(load<u64>(at, 1)));
    at += 9;
    return true;
  }
  if (tag == 0xca) {
    if (!has(5)) return false;
    store<f64>(slot, <f64>reinterpret<f32>(bswap<u32>(load<u32>(at, 1))));
    at += 5;
    return true;
  }
  if (!integer(slot, true)) return false;
  store<f64>(slot, <f64>load<i64>(slot));
  return true;
}

function boolean(slot: usize): bool {
  if (!has(1)) return false;
  const tag = load<u8>(at);
  if (tag == 0xc3) store<u32>(slot, 1);
  else if (tag == 0xc2) store<u32>(slot, 0);
  else if (tag != 0xc0) return fail(WRONG_TYPE);
  at += 1;
  return true;
}

/** Field of a key that did not come where the schema expects it; 0 when there is none of that name. */
function findField(schema: usize, key: usize, length: usize): usize {
  const fieldsEnd = schema + FIELDS + <usize>load<u32>(schema) * FIELD_SIZE;
  for (let field = schema + FIELDS; field < fieldsEnd; field += FIELD_SIZE) {
    if (load<u32>(field, 4) == <u32>length + 1 && equal(load<u32>(field) + 1, key, length)) return field;
  }
  return 0;
}

/** Whether the field's key comes next. */
// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
function isKey(field: usize): bool {
  const length: usize = load<u32>(field, 4);
  return length <= loaded - at && equal(load<u32>(field), at, length);
}

function struct(schema: usize, slot: usize): bool {
  const zeroLength: usize = load<u32>(schema, 8);
  if (zeroLength <= loaded - at && equal(load<u32>(schema, 4), at, zeroLength)) {
    at += zeroLength;
    store<u32>(slot, 2);
    return true;
  }
  const count = containerLength(0x80, 0xde, 2);
  if (count < 0) return count == -1;
  if (count == 0) {
    store<u32>(slot, 2);
    return true;
  }
  const fieldCount: usize = load<u32>(schema);
  const first = makeSlots(fieldCount);
  if (first == 0) return false;
  store<u32>(slot, 1);
  store<u32>(slot, slotNumber(first), 4);
  const firstField = schema + FIELDS;
  const fieldsEnd = firstField + fieldCount * FIELD_SIZE;
  let field = firstField;
  for (let i: i64 = 0; i < count; i++) {
    let expectedLength: usize = field < fieldsEnd ? <usize>load<u32>(field, 4) : 0;
    // A field that most senders leave out must not cost a search for the one behind it.
    if (expectedLength != 0 && load<i32>(field, 8) == LATER_LIST && !isKey(field)) {
      field += FIELD_SIZE;
      expectedLength = field < fieldsEnd ? <usize>load<u32>(field, 4) : 0;
    }
    if (expectedLength != 0 && expectedLength <= loaded - at && equal(load<u32>(field), at, expectedLength)) {
      at += expectedLength;
    } else {
      const length = rawLength();
      if (length < 0) return length == -1 ? fail(WRONG_TYPE) : false;
      if (!has(<usize>length)) return false;
      const key = at;
      at += <usize>length;
      const found = findField(schema, key, <usize>length);
      if (found == 0) {
        if (!skip()) return false;
        continue;
      }
      field = found;
    }
    const kind = load<i32>(field, 8);
    const target = first + ((field - firstField) >> 1);
    // A key met twice: the last one counts.
    store<u64>(target, 0);
    if (!value(kind, load<u32>(field, 12), target)) return false;
    field += FIELD_SIZE;
  }
  return true;
}

function list(element: usize, slot: usize): bool {
  const count = containerLength(0x90, 0xdc, 1);
  if (count < 0) return count == -1;
  const first = makeSlots(<usize>count);
  if (first == 0) return false;
  store<u32>(slot, <u32>count + 1);
  store<u32>(slot, slotNumber(first), 4);
  const kind = load<i32>(element);
  const argument: usize = load<u32>(element, 4);
  for (let i: usize = 0; i < <usize>count; i++) {
    if (!value(kind, argument, first + (i << 3))) return false;
  }
  return true;
}

function map(element: usize, slot: usize): bool {
  const count = containerLength(0x80, 0xde, 2);
  if (count < 0) return count == -1;
  const first = makeSlots(<usize>count << 1);
  if (first == 0) return false;
  store<u32>(slot, <u32>count + 1);
  store<u32>(slot, slotNumber(first), 4);
  const kind = load<i32>(element);
  const argument: usize = load<u32>(element, 4);
  for (let i: usize = 0; i < <usize>count; i++) {
    if (!text(first + (i << 4))) return false;
    if (!value(kind, argument, first + (i << 4) + 8)) return false;
  }
  return true;
}

function value(kind: i32, argument: usize, slot: usize): bool {
  switch (kind) {
    case STRING:
      return text(slot);
    case BYTES:
      return bytes(slot);
    case BOOL:
      return boolean(slot);
    case INT:
      return integer(slot, true);
    case UINT:
      return integer(slot, false);
    case FLOAT:
      return float(slot);
    case STRUCT:
    case NULLABLE_STRUCT:
      return struct(argument, slot);
    case LIST:
    case LATER_LIST:
      return list(argument, slot);
    case MAP:
      return map(argument, slot);
    default: {
      const from = at;
      if (!skip()) return false;
      if (kind == DYNAMIC) {
        store<u32>(slot, <u32>(at - from));
        store<u32>(slot, <u32>from, 4);
      }
      return true;
    }
  }
}

/**
 * Scans the value at `message` of at most `size` bytes, of which `available` are loaded (64 readable bytes must
 * follow). The result is in the first slot. Answers how many bytes the value took, or a failure (see above) with its
 * offset in the first word of the slots. The slot table lies last in memory and takes at most `most` bytes.
 */
export function scan(
  kind: i32, argument: usize, message: usize, size: usize, available: usize, slotsAt: usize, most: usize,
): i32 {
  start = message;
  at = message;
  end = message + size;
  loaded = message + available;
  slots = slotsAt;
  next = slotsAt;
  slotsLimit = <usize>memory.size() << 16;
  slotsMost = slotsAt + most;
  failure = 0;
  scanNumber += 1;
  if (makeSlots(1) != 0 && value(kind, argument, slotsAt)) return <i32>(at - start);
  store<u32>(slotsAt, <u32>(at - start));
  return failure;
}
