// Calibration program: every question decoded with dns-packet and answered with one A record, over node:dgram.

import dgram from 'node:dgram';
import dnsPacket from 'dns-packet';

const socket = dgram.createSocket('udp4');
socket.on('message', (message, from) => {
  const { id, questions } = dnsPacket.decode(message);
  const name = questions?.[0]?.name ?? '';
  const answer = dnsPacket.encode({
    type: 'response',
    ...(id === undefined ? {} : { id }),
    flags: dnsPacket.AUTHORITATIVE_ANSWER,
    ...(questions === undefined ? {} : { questions }),
    answers: [{ type: 'A', name, ttl: 0, data: '10.1.2.3' }],
  });
  socket.send(answer, from.port, from.address);
});
socket.bind(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: socket.address().port })}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
