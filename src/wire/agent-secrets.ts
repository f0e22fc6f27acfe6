// The agent's own secrets, as the file that keeps them and the API name them (spec/agent.md, "Data directory").

export const AGENT_TOKENS = [
  'replication',
  'agent_recovery',
  'default',
  'agent',
  'config_file_service_registration',
  'dns',
] as const;
export type AgentTokenName = (typeof AGENT_TOKENS)[number];

/** "" where there is none. */
export type AgentSecrets = { readonly [name in AgentTokenName]: string };
