// The table of rows. Numbers are those of the reference figures; 22 on need what comes later.

import type { Row } from './row.js';
import { allBusyRow } from './rows/all-busy.js';
import { bulkRow } from './rows/bulk.js';
import { catalogRows } from './rows/catalog.js';
import { clusterRows } from './rows/cluster.js';
import { curveRow } from './rows/curve.js';
import { dnsRows } from './rows/dns.js';
import { fleetRow } from './rows/fleet.js';
import { gossipRows } from './rows/gossip.js';
import { httpsRow } from './rows/https.js';
import { idleRows } from './rows/idle.js';
import { kvRows } from './rows/kv.js';
import { readersRow } from './rows/readers.js';
import { registrationRows } from './rows/registration.js';
import { rpcWaitingRow } from './rows/rpc-waiting.js';
import { waitingRows } from './rows/waiting.js';

const ORDER = [
  '1',
  '2',
  '3',
  'curve',
  '4',
  '5',
  '6',
  '7',
  'loop-delay',
  'all-busy',
  '8',
  '9',
  '10',
  '11',
  '12',
  '13',
  '14',
  '15',
  '16',
  '17',
  '18',
  '19',
  'stopped-leader',
  '20',
  '21',
  '23',
  'members',
  'rpc-waiting',
  'fleet',
];

const all = [
  ...registrationRows,
  bulkRow,
  curveRow,
  ...kvRows,
  ...catalogRows,
  ...dnsRows,
  ...waitingRows,
  ...idleRows,
  ...gossipRows,
  allBusyRow,
  httpsRow,
  ...clusterRows,
  rpcWaitingRow,
  fleetRow,
  readersRow,
];

/** In the order they are run. */
export const ROWS: readonly Row[] = [...all].sort((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id));
