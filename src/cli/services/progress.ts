// How far a command is that does many things: a bar on a terminal, drawn over itself a few times a second; nothing where nobody
// watches. It goes to the error output, so that the output can be used.

const WIDTH = 30;
const PAUSE_MS = 100;

interface Screen {
  /** A terminal. */
  readonly isTTY: boolean;
  write(text: string): boolean;
}

export class Progress {
  readonly #what: string;
  readonly #total: number;
  readonly #out: Screen;
  #done = 0;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #isDrawn = false;

  /** `what`: "Registering". */
  constructor(what: string, total: number, out: Screen = process.stderr) {
    this.#out = out;
    this.#what = what;
    this.#total = total;
  }

  advance(): void {
    this.#done += 1;
    if (!this.#out.isTTY) return;
    const now = performance.now();
    if (now - this.#drawnAtMs < PAUSE_MS) return;
    this.#drawnAtMs = now;
    this.#draw();
  }

  /** Takes the bar away, also for a line that is to stand in its place. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#out.write('\r\x1b[K');
  }

  #draw(): void {
    this.#isDrawn = true;
    const share = this.#done / this.#total;
    const full = Math.floor(share * WIDTH);
    const bar = '='.repeat(full) + ' '.repeat(WIDTH - full);
    const count = `${this.#done.toLocaleString('en')} of ${this.#total.toLocaleString('en')}`;
    this.#out.write(`\r${this.#what} [${bar}] ${Math.floor(share * 100)} % (${count})\x1b[K`);
  }
}
