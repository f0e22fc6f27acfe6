// Refusals as the statuses that clients of gRPC act upon.

import { type Refusal, type RefusalCode, refusal } from '../../methods/contract/refusal.js';
import { Status, type StatusCode } from '../../rpc/grpc/status.js';

/** What isn't here is `unavailable`: another server may know more, or this one a little later. */
const STATUSES: { readonly [Code in RefusalCode]?: StatusCode } = {
  'bad-request': Status.invalidArgument,
  'acls-off': Status.failedPrecondition,
  denied: Status.permissionDenied,
  'not-found': Status.notFound,
  unencodable: Status.invalidArgument,
  'too-large': Status.resourceExhausted,
  failed: Status.internal,
  'rate-limited': Status.resourceExhausted,
  'over-limit': Status.resourceExhausted,
  'no-datacenter': Status.failedPrecondition,
};

/** Where any known token will do, but the anonymous one. */
export const NO_TOKEN = refusal('denied', 'a token is needed, as metadata x-consul-token');
/** It isn't what the token allows, but that there is none. */
const UNAUTHENTICATED: ReadonlySet<string> = new Set([NO_TOKEN.text, 'ACL not found']);

export function statusOf({ refused, text }: Refusal): StatusCode {
  if (refused === 'denied' && UNAUTHENTICATED.has(text)) return Status.unauthenticated;
  return STATUSES[refused] ?? Status.unavailable;
}
