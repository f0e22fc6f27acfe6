// Coordinates that agents tell a server, on their way into the log.

import type { Logger } from '../../../../observe/logger.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import { CoordinateUpdates } from '../../methods/catalog/coordinate-updates.js';
import type { Replica } from '../../replica/replica.js';

const PERIOD_MS = 5_000;
const DEV_PERIOD_MS = 100;

export function coordinateUpdates(
  { devMode }: RuntimeConfig,
  { consensus }: Replica,
  logger: Logger,
): CoordinateUpdates {
  return new CoordinateUpdates({
    propose: (command) => consensus.propose(command),
    periodMs: devMode ? DEV_PERIOD_MS : PERIOD_MS,
    logger,
  });
}
