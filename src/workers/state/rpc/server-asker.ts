// Asks a server: methods' own records out over the pool, and back (spec/rpc.md, sections 3 and 4).

import { EncodeError } from '../../../msgpack/errors.js';
import { surprise } from '../../../observe/surprise.js';
import type { BootstrapDialer } from '../../../tls/bootstrap-dialer.js';
import type { AskedFailure } from '../calls/asked-failure.js';
import type { Asked, AskedRead, AskedWrite, ServerAsking } from '../calls/elsewhere.js';
import type { ReadSettings } from '../calls/read-settings.js';
import type { DirectMethod, ReadMethod, WriteMethod } from '../methods/contract/method.js';
import { type AgentCertificate, signAgentCertificate } from '../methods/mesh/auto-encrypt.js';
import { transferLeader } from '../methods/operator/operator-raft.js';
import { turns, type Work } from '../turns/turns.js';
import { askToSign } from './auto-encrypt/asked-sign.js';
import { askTransfer } from './grpc/asked-transfer.js';
import type { CallOutcome } from './pool/call.js';
import type { RpcPool } from './pool/pool.js';
import { rpcMethods } from './rpc-methods.js';

export interface ServerAskerOptions {
  readonly pool: RpcPool;
  /** Passes on what agents without a certificate ask; null where nobody asks that. */
  readonly bootstrap: BootstrapDialer | null;
  /** Milliseconds; 0: none. `limits.rpc_client_timeout`. */
  readonly clientTimeoutMs: () => number;
  /** Milliseconds; `rpc_hold_timeout`. */
  readonly holdMs: () => number;
}

/** Bytes of an answer up to which it is read in one go. */
const READ_AT_ONCE = 64 * 1024;
/** No call waits longer, whatever is configured. */
const MOST_TIMEOUT_MS = 3_600_000;
/** Each server on the way lets a read wait up to a sixteenth longer: one, another datacenter's, and its leader. */
const MOST_STRETCH = (17 / 16) ** 3;
const NO_WORK: Asked = { cancel: () => {} };

/** Whether servers can be asked it at all. */
export function isAskable(method: string): boolean {
  return rpcMethods.has(method) || method === transferLeader.name || method === signAgentCertificate.name;
}

export class ServerAsker implements ServerAsking {
  readonly #options: ServerAskerOptions;

  constructor(options: ServerAskerOptions) {
    this.#options = options;
  }

  read<Request, Value>(
    address: string,
    { name }: ReadMethod<Request, Value>,
    request: Request,
    settings: ReadSettings,
    datacenter: string,
    token: string,
    done: (answer: AskedRead<Value>) => void,
  ): Asked {
    const asking = rpcMethods.get(name)?.asking;
    const body = asking?.readBody(request, settings, datacenter, token) ?? null;
    if (asking === undefined || body === null || body instanceof EncodeError) {
      done(unaskable(name, body));
      return NO_WORK;
    }
    const told = (answer: AskedRead<unknown> | null): void => done((answer as AskedRead<Value> | null) ?? UNDECODABLE);
    let reading: Work | null = null;
    const answered = (outcome: CallOutcome): void => {
      if (!outcome.ok) done(outcome);
      else if (outcome.body.length <= READ_AT_ONCE) told(asking.readAnswer(outcome.body, request));
      else reading = turns.run(asking.readLongAnswer(outcome.body, request), told, surprise);
    };
    const patience = this.#patience(settings);
    const call = this.#options.pool.call(address, name, body, patience, answered, settings.minIndex > 0);
    return {
      cancel() {
        call.cancel();
        reading?.cancel();
      },
    };
  }

  write<Request, Reply>(
    address: string,
    method: WriteMethod<Request, Reply> | DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    token: string,
  ): Promise<AskedWrite<Reply>> {
    const { name } = method;
    if (name === transferLeader.name)
      return askTransfer(this.#options.pool.dialer, address, request as string, token) as Promise<AskedWrite<Reply>>;
    if (name === signAgentCertificate.name)
      return this.#askToSign(address, request as string, datacenter, token) as Promise<AskedWrite<Reply>>;
    const asking = rpcMethods.get(name)?.asking;
    const body = asking?.writeBody(request, datacenter, token, 'isStale' in method) ?? null;
    if (asking === undefined || body === null || body instanceof EncodeError) {
      return Promise.resolve(unaskable(name, body));
    }
    return new Promise((resolve) => {
      this.#options.pool.call(address, name, body, this.#patience(null), (outcome) => {
        if (!outcome.ok) resolve(outcome);
        else resolve((asking.writeAnswer(outcome.body, request) as AskedWrite<Reply> | null) ?? UNDECODABLE);
      });
    });
  }

  #askToSign(
    address: string,
    request: string,
    datacenter: string,
    token: string,
  ): Promise<AskedWrite<AgentCertificate>> {
    const { bootstrap } = this.#options;
    return bootstrap === null
      ? Promise.resolve(unaskable(signAgentCertificate.name, null))
      : askToSign(bootstrap, address, request, datacenter, token);
  }

  /** How long an answer may take: a blocking read as long as it may wait there, or where it is passed on to, and a little. */
  #patience(settings: ReadSettings | null): number {
    const { clientTimeoutMs, holdMs } = this.#options;
    if (settings !== null && settings.minIndex > 0) return settings.waitMs * MOST_STRETCH + holdMs();
    const configured = clientTimeoutMs();
    return configured > 0 ? Math.min(configured, MOST_TIMEOUT_MS) : MOST_TIMEOUT_MS;
  }
}

const UNDECODABLE: AskedFailure = { ok: false, text: 'rpc error making call: malformed reply', kind: 'answered' };

/** What has no form on the wire has none in the log either, and is refused in the leader's words. */
function unaskable(method: string, body: unknown): AskedFailure {
  const text = body instanceof EncodeError ? body.message : `there is no such call of a server: ${method}`;
  return { ok: false, text: `rpc error making call: ${text}`, kind: 'answered' };
}
