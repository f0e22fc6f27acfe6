// Go's words for what the system says no with, by the codes that node gives: files and sockets alike.

const TEXTS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EADDRINUSE', 'address already in use'],
  ['EADDRNOTAVAIL', 'cannot assign requested address'],
  ['EAFNOSUPPORT', 'address family not supported by protocol'],
  ['ECONNABORTED', 'software caused connection abort'],
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset by peer'],
  ['EHOSTDOWN', 'host is down'],
  ['EHOSTUNREACH', 'no route to host'],
  ['EINVAL', 'invalid argument'],
  ['EISDIR', 'is a directory'],
  ['EMFILE', 'too many open files'],
  ['EMSGSIZE', 'message too long'],
  ['ENETDOWN', 'network is down'],
  ['ENETUNREACH', 'network is unreachable'],
  ['ENFILE', 'too many open files in system'],
  ['ENOBUFS', 'no buffer space available'],
  ['ENOENT', 'no such file or directory'],
  ['ENOEXEC', 'exec format error'],
  ['ENOMEM', 'cannot allocate memory'],
  ['ENOSPC', 'no space left on device'],
  ['ENOTDIR', 'not a directory'],
  ['ENOTSOCK', 'socket operation on non-socket'],
  ['EAGAIN', 'resource temporarily unavailable'],
  ['E2BIG', 'argument list too long'],
  ['ELOOP', 'too many levels of symbolic links'],
  ['EPERM', 'operation not permitted'],
  ['EPIPE', 'broken pipe'],
  ['EROFS', 'read-only file system'],
  ['ETIMEDOUT', 'connection timed out'],
  ['ETXTBSY', 'text file busy'],
]);

function property(error: unknown, name: 'code' | 'message'): string {
  const value = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : '';
}

/** Node's code of an error, '' when it has none. */
export function codeOf(error: unknown): string {
  return property(error, 'code');
}

export function messageOf(error: unknown): string {
  return property(error, 'message') || String(error);
}

/** `connection refused` for ECONNREFUSED; null for an error whose code has no text, or that has none. */
export function knownErrnoText(error: unknown): string | null {
  return TEXTS.get(codeOf(error)) ?? null;
}

/** `connection refused` for ECONNREFUSED; an unknown code's own message. */
export function errnoText(error: unknown): string {
  return knownErrnoText(error) ?? messageOf(error);
}
