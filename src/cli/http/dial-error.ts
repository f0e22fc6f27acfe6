// Why a request got no answer, worded as Go's HTTP client words it: scripts look for these texts.

import { codeOf } from '../../gotext/errno.js';
import { joinHostPort } from '../../gotext/host-port.js';
import { dialText, lookupText } from '../../gotext/network-errors.js';
import type { Endpoint } from './endpoint.js';

export function dialError(error: NodeJS.ErrnoException, { host, port, socketPath }: Endpoint): string {
  const cause = error instanceof AggregateError ? firstOf(error) : error;
  if (codeOf(cause) === 'ECONNRESET')
    return cause.message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer';
  if (cause.syscall === 'getaddrinfo') return lookupText('tcp', host, '', cause);
  if (cause.syscall !== 'connect') return cause.message;
  return socketPath === '' ? dialText('tcp', joinHostPort(host, port), cause) : dialText('unix', socketPath, cause);
}

/** A name with several addresses: what the first of them said. */
function firstOf(error: AggregateError & NodeJS.ErrnoException): NodeJS.ErrnoException {
  const [first = error] = error.errors as readonly NodeJS.ErrnoException[];
  return first;
}
