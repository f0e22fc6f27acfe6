// agent/token/…: the agent's own secrets, changed at run time; without ACLs there are none to change.

import { struct } from '../../../../gotext/json-decode.js';
import { string } from '../../../../gotext/json-kinds.js';
import type { AgentTokenName } from '../../../../wire/agent-secrets.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { NOTHING, text } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import type { TokenStore } from '../../tokens/token-store.js';
import { STRICT } from './definition-bodies.js';

const tokenBody = struct('AgentToken', { Token: string });

/** Path names, old ones included. */
const NAMES: ReadonlyMap<string, AgentTokenName> = new Map([
  ['default', 'default'],
  ['acl_token', 'default'],
  ['agent', 'agent'],
  ['acl_agent_token', 'agent'],
  ['agent_recovery', 'agent_recovery'],
  ['agent_master', 'agent_recovery'],
  ['acl_agent_master_token', 'agent_recovery'],
  ['replication', 'replication'],
  ['acl_replication_token', 'replication'],
  ['dns', 'dns'],
  ['config_file_service_registration', 'config_file_service_registration'],
]);

export function tokenEndpoints(tokens: Pick<TokenStore, 'set'>, aclEnabled: () => boolean): EndpointTable {
  const PUT = action({
    summary: 'Sets one of the secrets that the agent uses',
    acl: ['agent:write'],
    judges: 'row',
    off: () => (aclEnabled() ? null : text(401, 'ACL support disabled')),
    body: jsonBody(tokenBody, { options: STRICT }),
    answer: 'nothing',
    others: { 401: 'error', 404: 'error' },
    run: async ({ rest }, _values, { Token }) => {
      const name = NAMES.get(rest);
      if (name === undefined) return text(404, `Token "${rest}" is unknown`);
      try {
        await tokens.set(name, Token);
      } catch (error) {
        return text(500, `failed to persist agent tokens: ${error instanceof Error ? error.message : String(error)}`);
      }
      return NOTHING;
    },
  });
  const rest = { name: 'token', about: 'Which of them.', missing: null };
  return [{ path: '/v1/agent/token/', rest, answeredBy: 'agent', methods: { PUT } }];
}
