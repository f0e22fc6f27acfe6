// What the fuzzers start from: every recorded packet, message and stream.

import { fromHex, readVectors } from '../../../unit/main/gossip/vectors.js';

function distinct(hexes: Iterable<string | undefined>): Uint8Array[] {
  return [...new Set(hexes)].filter((hex) => hex !== undefined && hex !== '').map((hex) => fromHex(hex ?? ''));
}

/** Packets without their outer layers, messages, and Serf's messages as user messages. */
export function packetCorpus(): Uint8Array[] {
  const packets = readVectors<{ plainHex: string }>('live-packets').cases.map(({ plainHex }) => plainHex);
  const messages = readVectors<{ hex: string }>('messages').cases.map(({ hex }) => hex);
  const serf = readVectors<{ hex: string }>('serf-messages').cases.map(({ hex }) => `08${hex}`);
  return distinct([...packets, ...messages, ...serf]);
}

/** Whole directions of connections, with the layers on. */
export function streamCorpus(): Uint8Array[] {
  const cases = ['streams', 'live-streams'].flatMap(
    (name) => readVectors<{ request: { hex: string }; response?: { hex: string } | null }>(name).cases,
  );
  return distinct(cases.flatMap(({ request, response }) => [request.hex, response?.hex]));
}
