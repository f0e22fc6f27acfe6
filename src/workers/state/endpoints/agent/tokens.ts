// agent/token/…: the agent's own secrets, changed at run time. Kept in memory; without ACLs there are none to change.

import { struct } from '../../../../gotext/json-decode.js';
import { string } from '../../../../gotext/json-kinds.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { NOTHING, type Reply, text } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';
import type { AgentTokens } from '../../local/sync-commands.js';
import { decodedBody } from './request-body.js';

const tokenBody = struct('AgentToken', { Token: string });

type Name = 'default' | 'agent' | 'agentRecovery' | 'replication' | 'dns' | 'configFileRegistration';

/** Path names, old ones included. */
const NAMES: ReadonlyMap<string, Name> = new Map([
  ['default', 'default'],
  ['acl_token', 'default'],
  ['agent', 'agent'],
  ['acl_agent_token', 'agent'],
  ['agent_recovery', 'agentRecovery'],
  ['agent_master', 'agentRecovery'],
  ['acl_agent_master_token', 'agentRecovery'],
  ['replication', 'replication'],
  ['acl_replication_token', 'replication'],
  ['dns', 'dns'],
  ['config_file_service_registration', 'configFileRegistration'],
]);

/** The secrets in force: the configured ones until another is set. */
export class TokenTable {
  readonly #tokens: { [name in Name]: string };

  constructor(configured: RuntimeConfig['tokens']) {
    this.#tokens = { agentRecovery: '', replication: '', ...configured };
  }

  get registration(): AgentTokens {
    const { agent, default: fallback, configFileRegistration } = this.#tokens;
    return { agent, default: fallback, configFileRegistration };
  }

  set(name: Name, secret: string): void {
    this.#tokens[name] = secret;
  }
}

async function set(tokens: TokenTable, aclEnabled: boolean, request: ApiRequest): Promise<Reply> {
  if (!aclEnabled) return text(401, 'ACL support disabled');
  const body = await decodedBody(request, tokenBody);
  if (!body.ok) return body.reply;
  const name = NAMES.get(request.rest);
  if (name === undefined) return text(404, `Token "${request.rest}" is unknown`);
  tokens.set(name, body.value.Token);
  return NOTHING;
}

export function tokenEndpoints(tokens: TokenTable, aclEnabled: () => boolean): EndpointTable {
  return [
    {
      path: '/v1/agent/token/',
      answeredBy: 'agent',
      acl: ['agent:write'],
      methods: { PUT: (request) => set(tokens, aclEnabled(), request) },
    },
  ];
}
