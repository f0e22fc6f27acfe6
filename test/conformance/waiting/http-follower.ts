// What of the HTTP kit a server that doesn't lead can't show as the lone server of the recording did.

import type { WaitingList } from '../standing.js';
import { AS_ONE_OF_THREE, INDENTED } from './http-unlike.js';

export const unlikeOnFollower: WaitingList = {
  ...INDENTED,
  ...AS_ONE_OF_THREE,
};
