// Why a request got no answer, worded as Go's HTTP client words it: scripts look for these texts.

import { joinHostPort } from '../../gotext/host-port.js';
import type { Endpoint } from './endpoint.js';

const REASONS: { readonly [code: string]: string } = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ENOENT: 'connect: no such file or directory',
  EACCES: 'connect: permission denied',
  ETIMEDOUT: 'i/o timeout',
};

export function dialError(error: NodeJS.ErrnoException, endpoint: Endpoint): string {
  const { host, port, socketPath } = endpoint;
  const code = error.code ?? (error instanceof AggregateError ? firstCode(error) : '');
  const target = socketPath === '' ? `tcp ${joinHostPort(host, port)}` : `unix ${socketPath}`;
  const reason = REASONS[code];
  if (reason !== undefined) return `dial ${target}: ${reason}`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${host}: no such host`;
  if (code === 'EAI_AGAIN') return `dial tcp: lookup ${host}: server misbehaving`;
  if (code === 'ECONNRESET') return error.message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer';
  return error.message;
}

function firstCode(error: AggregateError): string {
  const [first] = error.errors as readonly NodeJS.ErrnoException[];
  return first?.code ?? '';
}
