// Internal.KeyringOperation: the keys of the gossip pools, asked of all their members by way of main (spec/gossip.md, section 20).

import type { KeyringAnswer, KeyringOperation } from '../../../../wire/gossip-pools.js';
import type { DirectMethod } from '../contract/method.js';
import { denial, refusal } from '../contract/refusal.js';

export interface KeyringRequest {
  readonly operation: KeyringOperation;
  /** Empty for `list`. */
  readonly key: Uint8Array;
  /** Members that relay each answer, against lost packets. */
  readonly relayFactor: number;
  /** Only this server's own keys. */
  readonly localOnly: boolean;
}

/** An answer for each pool; what went wrong in one stands in its answer. */
export const keyringOperation: DirectMethod<KeyringRequest, readonly KeyringAnswer[]> = {
  name: 'Internal.KeyringOperation',
  async answer({ control }, request, { authorizer }) {
    const rule = request.operation === 'list' ? 'keyring:read' : 'keyring:write';
    const denied = denial(authorizer, rule, '');
    if (denied !== null) return denied;
    const answer = await control.ask({ op: 'keyring', ...request });
    if (!answer.ok) return refusal('failed', answer.error);
    // Its own are, as recorded, those of its LAN keyring.
    return request.localOnly ? answer.result.filter(({ pool }) => pool === 'lan') : answer.result;
  },
};
