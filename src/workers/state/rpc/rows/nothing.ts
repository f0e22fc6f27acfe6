// No arguments, or a reply that says no more than that it is done: an empty map.

import { struct } from '../../../../msgpack/struct.js';

export type Nothing = Record<string, never>;

export const nothing = struct<Nothing>({});
