// The first byte of every message and layer (spec/gossip.md, section 3), and the limits of what is taken in.

export const PING = 0;
export const INDIRECT_PING = 1;
export const ACK = 2;
export const SUSPECT = 3;
export const ALIVE = 4;
export const DEAD = 5;
export const PUSH_PULL = 6;
export const COMPOUND = 7;
export const USER = 8;
export const COMPRESS = 9;
export const ENCRYPT = 10;
export const NACK = 11;
export const HAS_CRC = 12;
export const ERROR = 13;
export const HAS_LABEL = 244;

/** Largest datagram taken in. */
export const MOST_PACKET_BYTES = 65536;
/** What one compressed part of a packet may unpack to. */
export const MOST_UNPACKED_PACKET_BYTES = 1024 * 1024;
/** How deep compound and compressed parts of a packet may lie in each other. */
export const MOST_PACKET_DEPTH = 8;
/** Parts of one packet, all depths together. */
export const MOST_PACKET_PARTS = 4096;
/** An encrypted stream; the other lengths in streams are held to the same. */
export const MOST_STREAM_BYTES = 20 * 1024 * 1024;
/** What a compressed stream may unpack to. */
export const MOST_UNPACKED_STREAM_BYTES = 4 * MOST_STREAM_BYTES;
/** One node of a push/pull; a stock node's is below 1 KiB. */
export const MOST_NODE_BYTES = 64 * 1024;
/** Nodes of a push/pull: twenty million nil nodes would fit its bytes, and each becomes an object. */
export const MOST_NODES = 262144;
/** Node metadata (the tags). */
export const MOST_META_BYTES = 512;
