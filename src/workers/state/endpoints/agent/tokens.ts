// agent/token/…: the agent's own secrets, changed at run time. Kept in memory; without ACLs there are none to change.

import { struct } from '../../../../gotext/json-decode.js';
import { string } from '../../../../gotext/json-kinds.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import { jsonBody } from '../../http/body-format.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { action } from '../../http/operation.js';
import { NOTHING, text } from '../../http/reply.js';
import type { AgentTokens } from '../../local/sync/sync-requests.js';
import { STRICT } from './definition-bodies.js';

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

export function tokenEndpoints(tokens: TokenTable, aclEnabled: () => boolean): EndpointTable {
  const PUT = action({
    summary: 'Sets one of the secrets that the agent uses',
    acl: ['agent:write'],
    off: () => (aclEnabled() ? null : text(401, 'ACL support disabled')),
    body: jsonBody(tokenBody, { options: STRICT }),
    answer: 'nothing',
    others: { 401: 'error', 404: 'error' },
    run: ({ rest }, _values, { Token }) => {
      const name = NAMES.get(rest);
      if (name === undefined) return text(404, `Token "${rest}" is unknown`);
      tokens.set(name, Token);
      return NOTHING;
    },
  });
  const rest = { name: 'token', about: 'Which of them.', missing: null };
  return [{ path: '/v1/agent/token/', rest, answeredBy: 'agent', methods: { PUT } }];
}
