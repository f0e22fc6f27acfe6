// What this program is, and which Consul it passes for: tools judge by the latter (API, gossip tags, banner).

export const PROGRAM_VERSION = '0.1.0';
export const COMPATIBLE_VERSION = '1.21.4';
/** Consul's placeholder for builds without a date. */
export const BUILD_DATE = '1970-01-01 00:00:01 +0000 UTC';
/** Gossip protocol versions. */
export const PROTOCOL = { default: 2, min: 2, max: 3 } as const;
