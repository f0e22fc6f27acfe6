// How far the run is: a bar that redraws itself on a terminal, plain lines elsewhere. On standard error, so that the tables on
// standard output can be piped.

const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001b[2K';

export class Progress {
  readonly #total: number;
  readonly #out: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  #done = 0;
  #current = '';

  constructor(total: number, out: NodeJS.WriteStream = process.stderr) {
    this.#total = total;
    this.#out = out;
  }

  begin(what: string): void {
    this.#current = what;
    if (this.#out.isTTY) this.#draw('');
    else this.#out.write(`[${this.#done + 1}/${this.#total}] ${what}\n`);
  }

  /** A step of what began; seen on a terminal only. */
  say(step: string): void {
    if (this.#out.isTTY) this.#draw(step);
  }

  /** Ends what began; `result` stays on the screen. */
  end(result: string): void {
    this.#done += 1;
    if (this.#out.isTTY) this.#out.write(`${CLEAR_LINE}${this.#current}: ${result}\n`);
    else this.#out.write(`        ${result}\n`);
    if (this.#out.isTTY && this.#done < this.#total) this.#draw('');
  }

  finish(): void {
    if (this.#out.isTTY) this.#out.write(CLEAR_LINE);
  }

  #draw(step: string): void {
    const filled = Math.round((this.#done / this.#total) * BAR_WIDTH);
    const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
    const elapsed = Math.round((performance.now() - this.#startedAt) / 1000);
    const clock = `${Math.floor(elapsed / 60)}:${String(elapsed % 60).padStart(2, '0')}`;
    const line = `[${bar}] ${this.#done}/${this.#total} ${clock} ${this.#current}${step && `: ${step}`}`;
    this.#out.write(CLEAR_LINE + line.slice(0, (this.#out.columns || 80) - 1));
  }
}
