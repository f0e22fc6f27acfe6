// Events of a subscription as framed messages, made once for all who get them.

import type { Steps } from '../../../turns/turns.js';
import { beginFrame, endFrame } from '../frame.js';
import { ProtoWriter } from '../protobuf/writer.js';

/** An item that came or changed, or is gone. */
export interface ItemEvent<Item> {
  readonly item: Item;
  readonly isGone: boolean;
}

/** How a topic writes an item, in which field. */
export interface ItemForm<Item> {
  readonly field: number;
  readonly write: (writer: ProtoWriter, item: Item, isGone: boolean) => void;
}

/** Items encoded without a look at the clock: some tenths of a millisecond. */
const ITEMS_AT_ONCE = 32;
/** Beyond this the buffer isn't kept for the next. */
const KEPT_BYTES = 256 * 1024;

const scratch = new ProtoWriter();

function writeItem<Item>(writer: ProtoWriter, form: ItemForm<Item>, index: number, event: ItemEvent<Item>): void {
  writer.integer(1, index);
  const begun = writer.begin(form.field);
  form.write(writer, event.item, event.isGone);
  writer.end(begun);
}

function framed(write: (writer: ProtoWriter) => void): Buffer {
  scratch.clear(KEPT_BYTES);
  const begun = beginFrame(scratch);
  write(scratch);
  endFrame(scratch, begun);
  return scratch.copy(0);
}

/** A snapshot follows, whatever the subscriber had before. */
export const newSnapshotToFollow = framed((writer) => writer.bool(3, true));

/** All that a commit changed is one event, so that nobody sees a part of it. */
export function* changeEvent<Item>(
  form: ItemForm<Item>,
  index: number,
  events: readonly ItemEvent<Item>[],
): Steps<Buffer> {
  const [first] = events;
  if (events.length === 1 && first !== undefined) return framed((writer) => writeItem(writer, form, index, first));
  // Others write meanwhile.
  const writer = new ProtoWriter();
  const frame = beginFrame(writer);
  writer.integer(1, index);
  const batch = writer.begin(4);
  for (const [i, event] of events.entries()) {
    const begun = writer.begin(1);
    writeItem(writer, form, index, event);
    writer.end(begun);
    if (i % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) yield;
  }
  writer.end(batch);
  endFrame(writer, frame);
  return writer.copy(0);
}

/** A subject's items as a new subscriber gets them, in pieces that are encoded when the first one has room for them. */
export class Snapshot<Item> {
  readonly #form: ItemForm<Item>;
  readonly #index: number;
  readonly #items: readonly Item[];
  readonly #pieces: Buffer[] = [];

  constructor(form: ItemForm<Item>, index: number, items: readonly Item[]) {
    this.#form = form;
    this.#index = index;
    this.#items = items;
  }

  /** null: there were no more. The last one says that the snapshot is over. */
  piece(number: number): Buffer | null {
    const from = number * ITEMS_AT_ONCE;
    if (number > 0 && from >= this.#items.length) return null;
    let piece = this.#pieces[number];
    if (piece === undefined) {
      piece = this.#encode(from, from + ITEMS_AT_ONCE);
      this.#pieces[number] = piece;
    }
    return piece;
  }

  #encode(from: number, to: number): Buffer {
    scratch.clear(KEPT_BYTES);
    for (const item of this.#items.slice(from, to)) {
      const frame = beginFrame(scratch);
      writeItem(scratch, this.#form, this.#index, { item, isGone: false });
      endFrame(scratch, frame);
    }
    if (to >= this.#items.length) {
      const frame = beginFrame(scratch);
      scratch.integer(1, this.#index);
      scratch.bool(2, true);
      endFrame(scratch, frame);
    }
    return scratch.copy(0);
  }
}

/** What a subscription needs of a snapshot. */
export type SnapshotPieces = Pick<Snapshot<unknown>, 'piece'>;
