// Where an agent is, told by servers and clients alike to whoever leads.

import type { Calls } from '../calls/calls.js';
import { CoordinateReports } from '../local/sync/coordinate-reports.js';
import type { TokenResolver } from '../methods/contract/token-resolver.js';
import type { Parts } from './parts.js';

/** Goes on until it is stopped. */
export function reportCoordinate(
  { settings, gossip, tokens, logger }: Parts,
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
