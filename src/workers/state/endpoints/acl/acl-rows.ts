// What the rows of /v1/acl share: they are off without ACLs, and a read shows its headers even where it fails.

import type { Calls } from '../../calls/calls.js';
import type { PathRest } from '../../http/endpoint.js';
import { json, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import type { WriteMethod } from '../../methods/contract/method.js';
import { isRefusal } from '../../methods/contract/refusal.js';

export interface AclSettings {
  readonly isEnabled: boolean;
  readonly nodeName: string;
  readonly defaultPolicy: string;
  readonly downPolicy: string;
}

export interface AclDependencies {
  readonly calls: Calls;
  readonly settings: () => AclSettings;
}

const ACLS_ARE_OFF = text(401, 'ACL support disabled');

/** Statuses of rows that are off without ACLs; of those, too, that may find nothing. */
export const OFF = { 401: 'error' } as const;
export const OFF_OR_MISSING = { ...OFF, 404: 'error' } as const;

export const TRUE = json('true');

export class AclRows {
  readonly settings: () => AclSettings;
  readonly #calls: Calls;
  readonly off: () => Reply | null;

  constructor({ calls, settings }: AclDependencies) {
    this.#calls = calls;
    this.settings = settings;
    this.off = () => (settings().isEnabled ? null : ACLS_ARE_OFF);
  }

  get read() {
    return {
      acl: ['acl:read'],
      effectiveConsistency: false,
      failureHeaders: true,
      missesAreBare: true,
      off: this.off,
      others: OFF,
    } as const;
  }

  get write() {
    return { acl: ['acl:write'], off: this.off, others: OFF } as const;
  }

  async change<Request, Value>(
    method: WriteMethod<Request, Value>,
    asked: Request,
    call: Pick<ApiRequest, 'datacenter' | 'asker'>,
    show: (value: Value) => Reply,
  ): Promise<Reply> {
    const outcome = await this.#calls.write(method, asked, call.datacenter, call.asker);
    return isRefusal(outcome) ? refused(outcome) : show(outcome);
  }
}

export function rest(name: string, about: string, missing: string): PathRest {
  return { name, about, missing: text(400, missing) };
}

/** A record that isn't there. */
export function missed(what: string): Reply {
  return text(404, `Requested ${what} does not exist: ACL not found`);
}

export function notDeleted(what: string): Reply {
  return text(404, `Cannot find ${what} to delete`);
}
