// Domain names in wire form, ready for compression: each name knows the text of its suffixes, so that writing one is a few
// look-ups in the message's table of names. Text forms escape as zone files do, hence a dot inside a label is never
// taken for a separator.

/** Longest name on the wire, root included. */
const MAX_NAME = 255;
const MAX_LABEL = 63;

/** What stands right of the labels of a name that is made here: a zone's own name, or the root. */
export interface Tail {
  /** In lower case, with the root label. */
  readonly wire: Uint8Array;
  /** How many bytes of its end each reply spells as its question does. */
  readonly echoed: number;
}

export class Name {
  /** Uncompressed, with the root label. */
  readonly wire: Uint8Array;
  /** Where each label begins in `wire`, without the root. */
  readonly starts: readonly number[];
  /** The bytes from each start to the end, one character a byte: equal names have equal texts, case included. */
  readonly suffixes: readonly string[];
  /** How many bytes of its end each reply spells as its question does: answers are kept for all spellings. */
  readonly echoed: number;

  constructor(wire: Uint8Array, echoed = 0) {
    this.wire = wire;
    this.echoed = echoed;
    const starts: number[] = [];
    const suffixes: string[] = [];
    const text = Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength).toString('latin1');
    for (let at = 0; ; ) {
      const length = wire[at] ?? 0;
      if (length === 0) break;
      starts.push(at);
      suffixes.push(text.slice(at));
      at += length + 1;
    }
    this.starts = starts;
    this.suffixes = suffixes;
  }

  /** With its end as in a question whose name ends at `end` of `packet`. */
  spelledAs(packet: Uint8Array, end: number): Name {
    const { wire, echoed } = this;
    if (echoed === 0) return this;
    return new Name(Buffer.concat([wire.subarray(0, wire.length - echoed), packet.subarray(end - echoed, end)]));
  }
}

const ESCAPED = /[.\\()"; @]|[^\x21-\x7e]/g;

function escapeByte(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20 || code > 0x7e) return `\\${String(code).padStart(3, '0')}`;
  return `\\${character}`;
}

/** The labels of a wire-form name as text, special characters escaped. */
export function labelsOf(wire: Uint8Array): string[] {
  const labels: string[] = [];
  const buffer = Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);
  for (let at = 0; ; ) {
    const length = buffer[at] ?? 0;
    if (length === 0) return labels;
    labels.push(buffer.toString('latin1', at + 1, at + 1 + length).replace(ESCAPED, escapeByte));
    at += length + 1;
  }
}

/** A label's bytes from its text; null when it is empty or too long. Dots stay part of the text before splitting. */
function wireLabel(label: string): Uint8Array | null {
  const bytes = Buffer.from(label);
  if (bytes.length === 0 || bytes.length > MAX_LABEL) return null;
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** Labels before a tail; null when that makes no valid name. */
export function nameUnder(labels: readonly string[], tail: Tail): Name | null {
  const parts: Uint8Array[] = [];
  for (const label of labels) {
    const part = wireLabel(label);
    if (part === null) return null;
    parts.push(part);
  }
  const wire = Buffer.concat([...parts, tail.wire]);
  return wire.length > MAX_NAME ? null : new Name(wire, tail.echoed);
}

const ROOT: Tail = { wire: Uint8Array.of(0), echoed: 0 };

/** A name from dotted text, with or without the final dot; null when invalid. */
export function nameFromText(text: string): Name | null {
  const bare = text.endsWith('.') ? text.slice(0, -1) : text;
  return bare === '' ? new Name(ROOT.wire) : nameUnder(bare.split('.'), ROOT);
}
