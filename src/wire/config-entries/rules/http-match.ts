// What routes and permissions say of a request: its path, its headers, its method. Expressions are the proxies' to compile.

interface Paths {
  readonly PathExact: string;
  readonly PathPrefix: string;
  readonly PathRegex: string;
}

/** `place` stands before the name of what is wrong. */
export function pathsError({ PathExact, PathPrefix, PathRegex }: Paths, place: string, joint = '.'): string | null {
  if ([PathExact, PathPrefix, PathRegex].filter((path) => path !== '').length > 1) {
    return `${place} should only contain at most one of PathExact, PathPrefix, or PathRegex`;
  }
  if (PathExact !== '' && !PathExact.startsWith('/')) {
    return `${place}${joint}PathExact doesn't start with '/': ${JSON.stringify(PathExact)}`;
  }
  if (PathPrefix !== '' && !PathPrefix.startsWith('/')) {
    return `${place}${joint}PathPrefix doesn't start with '/': ${JSON.stringify(PathPrefix)}`;
  }
  return null;
}

interface Matched {
  readonly Name: string;
  readonly Present: boolean;
  readonly Exact: string;
  readonly Prefix?: string;
  readonly Suffix?: string;
  readonly Contains?: string;
  readonly Regex: string;
}

/** Of a header or a query parameter. */
export function headerError(matched: Matched, place: string): string | null {
  if (matched.Name === '') return `${place} missing required Name field`;
  const { Exact, Prefix = '', Suffix = '', Contains = '', Regex, Present } = matched;
  const ways = [Exact, Prefix, Suffix, Contains, Regex].filter((text) => text !== '').length + (Present ? 1 : 0);
  if (ways !== 1) return `${place} should only contain one of Present, Exact, Prefix, Suffix, Contains, or Regex`;
  return null;
}

const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
]);

export function methodsError(methods: readonly string[] | null, place: string): string | null {
  const seen = new Set<string>();
  for (const method of methods ?? []) {
    if (!METHODS.has(method)) return `${place} contains an invalid method ${JSON.stringify(method)}`;
    if (seen.has(method)) return `${place} contains ${JSON.stringify(method)} more than once`;
    seen.add(method);
  }
  return null;
}
