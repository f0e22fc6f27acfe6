// The agent's own secrets as it starts: the configured ones, and what the API set before, where that was to be kept.

import type { Logger } from '../../../observe/logger.js';
import type { AgentSecrets } from '../../../wire/agent-secrets.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import { AgentTokens, type SetSecrets } from '../tokens/agent-tokens.js';
import { readTokenFile } from '../tokens/token-file.js';
import { TokenStore } from '../tokens/token-store.js';

export interface OwnTokens {
  readonly tokens: AgentTokens;
  readonly tokenStore: TokenStore;
}

export function configuredSecrets({ tokens, acl }: Pick<RuntimeConfig, 'tokens' | 'acl'>): AgentSecrets {
  return {
    default: tokens.default,
    agent: tokens.agent,
    dns: tokens.dns,
    config_file_service_registration: tokens.configFileRegistration,
    agent_recovery: acl.agentRecoveryToken,
    replication: acl.replicationToken,
  };
}

export function ownTokens(config: RuntimeConfig, logger: Logger): OwnTokens {
  const configured = configuredSecrets(config);
  const dataDir = config.acl.enableTokenPersistence ? config.dataDir : null;
  if (dataDir === null) {
    const tokens = new AgentTokens(configured);
    return { tokens, tokenStore: new TokenStore(tokens, null) };
  }
  const kept = readTokenFile(dataDir);
  if (!kept.ok) logger.error('persisted tokens could not be read, using the configured ones', 'error', kept.error);
  const set: SetSecrets = kept.ok ? kept.set : new Map();
  for (const name of set.keys()) {
    if (configured[name] === '') continue;
    logger.warn(
      `"${name}" token present in both the configuration and persisted token store, using the persisted token`,
    );
  }
  const tokens = new AgentTokens(configured, set);
  return { tokens, tokenStore: new TokenStore(tokens, dataDir) };
}
