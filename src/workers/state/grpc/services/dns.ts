// hashicorp.consul.dns.DNSService: a question of DNS as on its own port, answered with what the agent's DNS may see.

import { refusal } from '../../methods/contract/refusal.js';
import { Protocol, query } from '../messages/dns.js';
import { type Path, unary } from './unary.js';

/** null: no question, or one too many. */
export type AnswerDns = (
  packet: Buffer,
  transport: 'udp' | 'tcp',
  asker: string,
) => { readonly bytes: Buffer } | null | Promise<{ readonly bytes: Buffer } | null>;

export function dns(answer: AnswerDns): readonly Path[] {
  return [
    unary(query, async ({ msg, protocol }, call) => {
      if (protocol !== Protocol.tcp && protocol !== Protocol.udp) {
        return refusal('bad-request', 'protocol must be PROTOCOL_TCP or PROTOCOL_UDP');
      }
      const packet = Buffer.from(msg.buffer, msg.byteOffset, msg.length);
      const transport = protocol === Protocol.tcp ? 'tcp' : 'udp';
      const response = await answer(packet, transport, call.client);
      return response === null ? refusal('bad-request', 'no DNS question') : { msg: response.bytes };
    }),
  ];
}
