// Values by text, found by the longest of the texts that another one begins with. Each look-up goes through that one once, however
// many texts there are and however they are chosen.

class Branch<V> {
  /** What a text has more than that of the branch above. */
  label: string;
  value: V | undefined;
  /** By the first character of their labels. */
  readonly below = new Map<string, Branch<V>>();

  constructor(label: string, value: V | undefined) {
    this.label = label;
    this.value = value;
  }
}

function put<V>(branch: Branch<V>, below: Branch<V>): void {
  branch.below.set(below.label.charAt(0), below);
}

/** How many characters `text` has from `at` on as `label` has them. */
function sharedLength(label: string, text: string, at: number): number {
  let shared = 0;
  while (shared < label.length && label.charCodeAt(shared) === text.charCodeAt(at + shared)) shared += 1;
  return shared;
}

export class PrefixTree<V> {
  readonly #root = new Branch<V>('', undefined);

  get(text: string): V | undefined {
    return this.#path(text).at(-1)?.value;
  }

  set(text: string, value: V): void {
    let branch = this.#root;
    for (let at = 0; at < text.length; ) {
      const below = branch.below.get(text.charAt(at));
      if (below === undefined) {
        put(branch, new Branch<V>(text.slice(at), value));
        return;
      }
      const shared = sharedLength(below.label, text, at);
      branch = shared < below.label.length ? this.#divide(branch, below, shared) : below;
      at += shared;
    }
    branch.value = value;
  }

  delete(text: string): void {
    const path = this.#path(text);
    const branch = path.at(-1);
    if (branch === undefined) return;
    branch.value = undefined;
    this.#tidy(path.at(-2), branch);
    this.#tidy(path.at(-3), path.at(-2));
  }

  /** The value of the longest text that `text` begins with. */
  longest(text: string): V | undefined {
    let branch: Branch<V> = this.#root;
    let found = branch.value;
    for (let at = 0; at < text.length; ) {
      const below = branch.below.get(text.charAt(at));
      if (below === undefined || sharedLength(below.label, text, at) < below.label.length) break;
      branch = below;
      at += below.label.length;
      found = branch.value ?? found;
    }
    return found;
  }

  /** The branches from the root to that of a text; none when there is no such branch. */
  #path(text: string): readonly Branch<V>[] {
    const path = [this.#root];
    let branch = this.#root;
    for (let at = 0; at < text.length; ) {
      const below = branch.below.get(text.charAt(at));
      if (below === undefined || sharedLength(below.label, text, at) < below.label.length) return [];
      branch = below;
      at += below.label.length;
      path.push(branch);
    }
    return path;
  }

  /** A branch that parts from `below` after so many characters of its label, and stands above it now. */
  #divide(above: Branch<V>, below: Branch<V>, at: number): Branch<V> {
    const between = new Branch<V>(below.label.slice(0, at), undefined);
    below.label = below.label.slice(at);
    put(between, below);
    put(above, between);
    return between;
  }

  /** Takes away a branch that stands for nothing any more. */
  #tidy(above: Branch<V> | undefined, branch: Branch<V> | undefined): void {
    if (above === undefined || branch === undefined || branch.value !== undefined || branch.below.size > 1) return;
    const [only] = branch.below.values();
    if (only === undefined) {
      above.below.delete(branch.label.charAt(0));
      return;
    }
    only.label = branch.label + only.label;
    put(above, only);
  }
}
