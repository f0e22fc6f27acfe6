// Coordinates on a server: those that others tell on their way into the log, and its own.

import type { Logger } from '../../../../observe/logger.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import type { Calls } from '../../calls/calls.js';
import type { GossipView } from '../../gossip/gossip-view.js';
import { CoordinateReports } from '../../local/sync/coordinate-reports.js';
import { CoordinateUpdates } from '../../methods/catalog/coordinate-updates.js';
import type { TokenResolver } from '../../methods/contract/token-resolver.js';
import type { Replica } from '../../replica/replica.js';
import type { AgentTokens } from '../../tokens/agent-tokens.js';

const COORDINATE_PERIOD_MS = 5_000;
const DEV_COORDINATE_PERIOD_MS = 100;

interface ServerParts {
  readonly settings: { readonly current: RuntimeConfig };
  readonly gossip: GossipView;
  readonly tokens: AgentTokens;
  /** Named `agent`. */
  readonly logger: Logger;
}

export function coordinateUpdates(
  { settings, logger }: Pick<ServerParts, 'settings' | 'logger'>,
  { consensus }: Replica,
): CoordinateUpdates {
  return new CoordinateUpdates({
    propose: (command) => consensus.propose(command),
    periodMs: settings.current.devMode ? DEV_COORDINATE_PERIOD_MS : COORDINATE_PERIOD_MS,
    logger: logger.child('server'),
  });
}

/** Where this server is, told as every agent does it, to whoever leads. */
export function coordinateReports(
  { settings, gossip, tokens, logger }: ServerParts,
  calls: Calls,
  acls: TokenResolver,
): CoordinateReports {
  const { nodeName, datacenter, devMode } = settings.current;
  return new CoordinateReports({
    nodeName,
    datacenter,
    random: Math.random,
    calls,
    token: () => tokens.agent,
    acls,
    members: () => gossip.lan.size,
    own: () => gossip.coordinate,
    devMode,
    logger,
  });
}
