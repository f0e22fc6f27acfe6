// Go's words for what the network says no with: they appear in answers, logs and check output, and people search for them
// (spec/agent.md section 3, error texts). Node gives codes; the sentence around them is Go's net package's.

import { codeOf, errnoText, knownErrnoText, messageOf } from './errno.js';

/** A connection attempt that failed: `dial tcp 127.0.0.1:1: connect: connection refused`. */
export function dialText(network: string, address: string, error: unknown): string {
  const code = codeOf(error);
  if (code === 'ETIMEDOUT') return `dial ${network} ${address}: i/o timeout`;
  if (knownErrnoText(error) === null) return `dial ${network} ${address}: ${messageOf(error)}`;
  return `dial ${network} ${address}: connect: ${errnoText(error)}`;
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
  if (knownErrnoText(error) === null) return messageOf(error);
  const isWrite = (error as NodeJS.ErrnoException).syscall === 'write' || codeOf(error) === 'EPIPE';
  const syscall = isWrite ? 'write' : 'read';
  return `${syscall} ${network} ${local}->${remote}: ${syscall}: ${errnoText(error)}`;
}
