// Whose call it is: the secret comes as a header, and never in the message.

import type { GrpcCall } from './grpc-call.js';

export const TOKEN = 'x-consul-token';

/** "" where there is none: anonymous. */
export function tokenOf({ headers }: Pick<GrpcCall, 'headers'>): string {
  const token = headers[TOKEN];
  return typeof token === 'string' ? token : '';
}
