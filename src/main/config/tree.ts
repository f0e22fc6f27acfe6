// Reaching into settings by a dotted path, where a table names the keys (former spellings, flags, other editions' keys).

export type Tree = { [key: string]: unknown };

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parentOf(tree: Tree, steps: readonly string[], create: boolean): Tree | null {
  let at = tree;
  for (const step of steps.slice(0, -1)) {
    let next = at[step];
    if (!isTree(next)) {
      if (!create) return null;
      next = {};
      at[step] = next;
    }
    at = next as Tree;
  }
  return at;
}

export function read(tree: Tree, path: string): unknown {
  const steps = path.split('.');
  return parentOf(tree, steps, false)?.[steps.at(-1) ?? ''];
}

/** Takes the value out. */
export function take(tree: Tree, path: string): unknown {
  const steps = path.split('.');
  const parent = parentOf(tree, steps, false);
  const key = steps.at(-1) ?? '';
  const value = parent?.[key];
  if (parent !== null && value !== undefined) delete parent[key];
  return value;
}

export function put(tree: Tree, path: string, value: unknown): void {
  const steps = path.split('.');
  const parent = parentOf(tree, steps, true);
  if (parent !== null) parent[steps.at(-1) ?? ''] = value;
}
