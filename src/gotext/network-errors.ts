// Go's words for what the network says no with: they appear in answers, logs and check output, and people search for them
// (spec/agent.md section 3, error texts). Node gives codes; the sentence around them is Go's net package's.

const ERRNO: ReadonlyMap<string, string> = new Map([
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
  ['ENOTDIR', 'not a directory'],
  ['ENOTSOCK', 'socket operation on non-socket'],
  ['EAGAIN', 'resource temporarily unavailable'],
  ['E2BIG', 'argument list too long'],
  ['ELOOP', 'too many levels of symbolic links'],
  ['EPERM', 'operation not permitted'],
  ['EPIPE', 'broken pipe'],
  ['ETIMEDOUT', 'connection timed out'],
  ['ETXTBSY', 'text file busy'],
]);

function property(error: unknown, name: 'code' | 'syscall' | 'message'): string {
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

/** `connection refused` for ECONNREFUSED; an unknown code's own message. */
export function errnoText(error: unknown): string {
  return ERRNO.get(codeOf(error)) ?? messageOf(error);
}

/** A connection attempt that failed: `dial tcp 127.0.0.1:1: connect: connection refused`. */
export function dialText(network: string, address: string, error: unknown): string {
  const code = codeOf(error);
  if (code === 'ETIMEDOUT') return `dial ${network} ${address}: i/o timeout`;
  if (code === 'EADDRNOTAVAIL' || ERRNO.has(code)) return `dial ${network} ${address}: connect: ${errnoText(error)}`;
  return `dial ${network} ${address}: ${messageOf(error)}`;
}

/** A name that didn't resolve: `dial tcp: lookup no.such.host on 10.0.0.53:53: no such host`. */
export function lookupText(network: string, host: string, resolver: string, error: unknown): string {
  const code = codeOf(error);
  const on = resolver === '' ? '' : ` on ${resolver}`;
  if (code === 'ENOTFOUND' || code === 'ENODATA') return `dial ${network}: lookup ${host}${on}: no such host`;
  if (code === 'EAI_AGAIN' || code === 'EAI_FAIL') return `dial ${network}: lookup ${host}${on}: server misbehaving`;
  if (code === 'ETIMEDOUT') return `dial ${network}: lookup ${host}${on}: i/o timeout`;
  return `dial ${network}: lookup ${host}${on}: ${messageOf(error)}`;
}

/** A connection that broke while it was read: `read tcp <local>-><remote>: read: connection reset by peer`. */
export function streamText(network: string, local: string, remote: string, error: unknown): string {
  const syscall = property(error, 'syscall') === 'write' || codeOf(error) === 'EPIPE' ? 'write' : 'read';
  if (!ERRNO.has(codeOf(error))) return messageOf(error);
  return `${syscall} ${network} ${local}->${remote}: ${syscall}: ${errnoText(error)}`;
}
