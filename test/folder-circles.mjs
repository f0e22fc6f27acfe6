// Circles between folders: two that import each other, directly or by way of others, can't be understood or moved apart, even
// where no two files do. An import of a type counts like any other.

function folderOf(file) {
  return file.slice(0, file.lastIndexOf('/'));
}

/** Folder → the folders it imports → the imports that make it so. */
function importsOf(modules) {
  const imports = new Map();
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const from = folderOf(source);
      const to = folderOf(resolved);
      if (from === to || !source.startsWith('src/') || !resolved.startsWith('src/')) continue;
      if (!imports.has(from)) imports.set(from, new Map());
      const reasons = imports.get(from).get(to) ?? [];
      imports.get(from).set(to, [...reasons, `${source} -> ${resolved}`]);
    }
  }
  return imports;
}

/** The shortest way from a folder back to itself, or null. */
function circleThrough(start, imports) {
  const ways = [[start]];
  const seen = new Set();
  for (const way of ways) {
    for (const next of imports.get(way.at(-1))?.keys() ?? []) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return null;
}

/** Texts, one a circle, with the files that make it. Of circles that share a folder one is told. */
export function folderCircles(modules) {
  const imports = importsOf(modules);
  const told = new Set();
  const texts = [];
  for (const folder of [...imports.keys()].sort()) {
    const circle = circleThrough(folder, imports);
    if (circle === null || circle.some((one) => told.has(one))) continue;
    for (const one of circle) told.add(one);
    const lines = [`folders in a circle: ${circle.join(' -> ')}`];
    for (const [at, from] of circle.slice(0, -1).entries()) {
      for (const reason of imports.get(from).get(circle[at + 1])) lines.push(`  ${reason}`);
    }
    texts.push(lines.join('\n'));
  }
  return texts;
}
