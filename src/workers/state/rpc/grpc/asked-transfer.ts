// Hand-overs that another server is asked for: by gRPC, as stock's servers know no other way (spec/rpc.md, section 7). A refusal
// is the leader's word as it is, without the prefix of a call.

import type { ServerDialer } from '../../../../tls/server-dialer.js';
import type { AskedWrite } from '../../calls/elsewhere.js';
import { Status } from './status.js';
import { TOKEN } from './token.js';
import { TRANSFER_LEADER, TRANSFER_WITHIN_MS } from './transfer-leader.js';
import { callUnary } from './unary-client.js';

/** `address`: `host:port` of a server, which passes it on where it doesn't lead; `id`: "" for any voter. */
export async function askTransfer(
  dialer: ServerDialer,
  address: string,
  id: string,
  token: string,
): Promise<AskedWrite<null>> {
  const outcome = await callUnary({
    dialer,
    address,
    path: TRANSFER_LEADER,
    headers: token === '' ? {} : { [TOKEN]: token },
    write: (writer) => writer.text(1, id),
    withinMs: TRANSFER_WITHIN_MS,
  });
  if (outcome.ok) return { ok: true, value: null };
  const { status, text } = outcome;
  return { ok: false, kind: status === Status.unavailable ? 'lost' : 'answered', text };
}
