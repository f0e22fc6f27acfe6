// Internal.KeyringOperation: the keys of the gossip pools, asked of all their members by way of main, in every datacenter at the same
// time (spec/gossip.md, section 20).

import type { KeyringAnswer, KeyringOperation } from '../../../../wire/gossip-pools.js';
import type { AskDatacenter, DirectMethod, ServerView } from '../contract/method.js';
import { denial, isRefusal, type Refusal, refusal } from '../contract/refusal.js';
import { knownDatacenters } from '../datacenters.js';

export interface KeyringRequest {
  readonly operation: KeyringOperation;
  /** Empty for `list`. */
  readonly key: Uint8Array;
  /** Members that relay each answer, against lost packets. */
  readonly relayFactor: number;
  /** Only the LAN pool of the server that is asked. */
  readonly localOnly: boolean;
  /** By a server of another datacenter, which asks each of them itself, and the WAN pool once. */
  readonly isForwarded: boolean;
}

/** What a pool answered, and in which datacenter. */
export interface KeyringReport extends KeyringAnswer {
  readonly datacenter: string;
}

type Ask = AskDatacenter<KeyringRequest, readonly KeyringReport[]>;

/** A report for each pool: the WAN's, this LAN's, and those of the other datacenters; what went wrong in one stands in its report. */
export const keyringOperation: DirectMethod<KeyringRequest, readonly KeyringReport[]> = {
  name: 'Internal.KeyringOperation',
  async answer(server, request, { authorizer }, askDatacenter) {
    const rule = request.operation === 'list' ? 'keyring:read' : 'keyring:write';
    const denied = denial(authorizer, rule, '');
    if (denied !== null) return denied;
    if (request.localOnly && request.operation !== 'list')
      return refusal('failed', 'argument error: LocalOnly can only be used for List operations');
    const isAlone = request.localOnly || request.isForwarded;
    const beyond = isAlone ? [] : others(server).map((datacenter) => askOther(askDatacenter, request, datacenter));
    const own = await askPools(server, request, isAlone);
    return isRefusal(own) ? own : [...own, ...(await Promise.all(beyond)).flat()];
  },
};

function others(server: ServerView): readonly string[] {
  return knownDatacenters(server)
    .filter((datacenter) => datacenter !== server.datacenter)
    .sort();
}

async function askPools(
  { control, datacenter }: ServerView,
  { operation, key, relayFactor }: KeyringRequest,
  isAlone: boolean,
): Promise<readonly KeyringReport[] | Refusal> {
  const answer = await control.ask({ op: 'keyring', operation, key, relayFactor, localOnly: isAlone });
  if (!answer.ok) return refusal('failed', answer.error);
  const reports = answer.result.map((one) => ({ ...one, datacenter }));
  return isAlone ? reports.filter(({ pool }) => pool === 'lan') : reports;
}

/** A datacenter that can't be asked is reported beside the others: what these did is done. */
async function askOther(ask: Ask, request: KeyringRequest, datacenter: string): Promise<readonly KeyringReport[]> {
  const reports = await ask({ ...request, isForwarded: true }, datacenter);
  if (!isRefusal(reports)) return reports.filter(({ pool }) => pool === 'lan');
  const nobody = { numNodes: 0, messages: {}, keys: {}, primaryKeys: {} };
  return [{ pool: 'lan', datacenter, ...nobody, error: reports.text }];
}
