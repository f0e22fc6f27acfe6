// The state worker's side of the raft port as tests need it: remembers what it was given under which index, streams that as
// its snapshot, and checks that nothing comes twice, out of order or with a hole.

import assert from 'node:assert/strict';
import type { RaftToState, StateToRaft } from '../../../src/wire/raft/raft-port.js';

/** Entries as text, packed. */
export function packTexts(texts: readonly string[]): ArrayBuffer {
  const parts = texts.map((text) => Buffer.from(text));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes.buffer;
}

export function unpackTexts(entries: ArrayBuffer): string[] {
  const view = new DataView(entries);
  const texts: string[] = [];
  for (let at = 0; at < entries.byteLength; ) {
    const length = view.getUint32(at, true);
    texts.push(Buffer.from(entries, at + 4, length).toString());
    at += 4 + length;
  }
  return texts;
}

type Post = (message: StateToRaft, transfer: ArrayBuffer[]) => void;

export class FakeState {
  /** Everything applied: index → text. */
  readonly applied = new Map<number, string>();
  /** Answers that came, by kind and request or batch: `rejected 3`. */
  readonly answers = new Map<string, RaftToState>();
  isLeader = false;
  /** Number of entries applied when leadership was first told; reads are answered from then on. */
  appliedWhenLeader: number | null = null;
  term = 0;
  /** Everything through here came. */
  through = 0;
  /** The last index that carried a command. */
  lastCommand = 0;
  readonly #post: Post;
  readonly #acknowledged: (index: number, text: string) => void;
  readonly #proposed = new Map<number, readonly string[]>();
  #nextBatch = 1;
  #restoring: Buffer[] = [];
  #untoldBytes = 0;

  constructor(post: Post, acknowledged: (index: number, text: string) => void) {
    this.#post = post;
    this.#acknowledged = acknowledged;
  }

  get outstanding(): number {
    return this.#proposed.size;
  }

  propose(texts: readonly string[]): number {
    const batch = this.#nextBatch++;
    this.#proposed.set(batch, texts);
    const entries = packTexts(texts);
    this.#post({ kind: 'propose', batch, count: texts.length, entries }, [entries]);
    return batch;
  }

  receive(message: RaftToState): void {
    switch (message.kind) {
      case 'committed-own':
        this.#takeOwn(message.batch, message.firstIndex, message.count);
        return;
      case 'committed':
        this.#takeForeign(message);
        return;
      case 'role':
        this.isLeader = message.role === 'leader';
        if (this.isLeader) this.appliedWhenLeader ??= this.applied.size;
        this.term = message.term;
        return;
      case 'rejected':
        this.#proposed.delete(message.batch);
        this.answers.set(`rejected ${message.batch}`, message);
        return;
      case 'take-snapshot':
        this.#stream(message.request);
        return;
      case 'restore-begin':
        this.#restoring = [];
        return;
      case 'restore-chunk':
        this.#restoring.push(Buffer.from(message.bytes));
        this.#post({ kind: 'restore-credit', bytes: this.#restoring.at(-1)?.length ?? 0 }, []);
        return;
      case 'restore-end':
        this.#restore();
        return;
      case 'verified':
      case 'barrier-reached':
      case 'snapshot-taken':
      case 'ordered':
      case 'configuration':
      case 'stats':
        this.answers.set(`${message.kind} ${message.request}`, message);
        return;
      case 'started':
      case 'snapshot-credit':
        return;
    }
  }

  #takeOwn(batch: number, firstIndex: number, count: number): void {
    const texts = this.#proposed.get(batch);
    assert.ok(texts, `batch ${batch} was not proposed here`);
    assert.equal(count, texts.length);
    this.#proposed.delete(batch);
    assert.equal(firstIndex, this.through + 1, 'own entries follow what came before');
    texts.forEach((text, i) => {
      this.#take(firstIndex + i, text);
      this.#acknowledged(firstIndex + i, text);
    });
    this.through = firstIndex + count - 1;
  }

  #takeForeign({ indexes, through, entries, isAnswered }: Extract<RaftToState, { kind: 'committed' }>): void {
    this.#untoldBytes += entries.byteLength;
    const texts = unpackTexts(entries);
    assert.equal(texts.length, indexes.length);
    indexes.forEach((index, i) => {
      assert.ok(index > this.through && index <= through, `index ${index} is outside ${this.through}..${through}`);
      this.#take(index, texts[i] ?? '');
    });
    assert.ok(through > this.through, 'each message goes on');
    this.through = through;
    if (!isAnswered) return;
    this.#post({ kind: 'applied', index: through, bytes: this.#untoldBytes }, []);
    this.#untoldBytes = 0;
  }

  #take(index: number, text: string): void {
    assert.ok(index > this.lastCommand, `index ${index} after ${this.lastCommand}`);
    this.applied.set(index, text);
    this.lastCommand = index;
  }

  #stream(request: number): void {
    this.#post({ kind: 'snapshot-begin', request, index: this.lastCommand }, []);
    const bytes = new Uint8Array(Buffer.from(JSON.stringify([...this.applied])));
    for (let at = 0; at < bytes.length; at += 64 * 1024) {
      const chunk = bytes.slice(at, at + 64 * 1024).buffer;
      this.#post({ kind: 'snapshot-chunk', request, bytes: chunk }, [chunk]);
    }
    this.#post({ kind: 'snapshot-end', request }, []);
  }

  #restore(): void {
    const rows = JSON.parse(Buffer.concat(this.#restoring).toString()) as [number, string][];
    this.applied.clear();
    for (const [index, text] of rows) this.applied.set(index, text);
    this.lastCommand = rows.at(-1)?.[0] ?? 0;
    this.through = this.lastCommand;
    this.#post({ kind: 'restored', index: this.lastCommand }, []);
  }
}
