// The servers that the recorded checks were aimed at, rebuilt on free ports: HTTP with all its odd answers, a server that
// speaks no protocol, UDP with and without answers, HTTP/2, gRPC, and TLS with the test certificates.

import dgram from 'node:dgram';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { dataPath } from '../../../data.js';

export function pem(name: string): string {
  return fs.readFileSync(dataPath(`checks/tls/${name}.pem`), 'utf8');
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string;
}

export interface Targets {
  /** Ports by the numbers they had when the recording was made. */
  readonly ports: ReadonlyMap<number, number>;
  readonly requests: SeenRequest[];
  /** What the TLS servers saw: path → server name and common name of the client's certificate. */
  readonly tlsSeen: Map<string, { servername: unknown; clientCert: string | null }>;
  close(): Promise<void>;
}

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  const url = request.url ?? '';
  const status = /^\/status\/(\d+)$/.exec(url)?.[1];
  if (status !== undefined) {
    response.statusCode = Number(status);
    response.end(status === '204' ? undefined : `body of ${status}`);
  } else if (url === '/redirect') response.writeHead(302, { Location: '/status/200' }).end('moved');
  else if (url === '/loop') response.writeHead(302, { Location: '/loop' }).end();
  else if (url === '/big') response.end('A'.repeat(6000) + 'Z'.repeat(100));
  else if (url === '/reason') response.writeHead(200, 'Fine').end('x');
  else if (url === '/reset') request.socket.destroy();
  else if (url !== '/hang') response.end('hello');
}

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function udpSocket(answers: boolean): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4');
  if (answers) socket.on('message', (_message, from) => socket.send('x', from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}

/** The health protocol's messages are small enough to be written by hand: field 1 in, field 1 out. */
export function grpcServer(): GrpcServer {
  const server = new GrpcServer();
  const definition = {
    Check: {
      path: '/grpc.health.v1.Health/Check',
      requestStream: false,
      responseStream: false,
      requestSerialize: ({ service }: { service: string }) => Buffer.from(service),
      requestDeserialize: (bytes: Buffer) => ({ service: bytes.subarray(2).toString() }),
      responseSerialize: (status: number) => Buffer.from([0x08, status]),
      responseDeserialize: (bytes: Buffer) => bytes[1] ?? 0,
    },
  };
  server.addService(definition, {
    Check: (
      call: { request: { service: string } },
      callback: (error: { code: number; details: string } | null, status?: number) => void,
    ) => {
      if (call.request.service === 'missing') callback({ code: 5, details: 'unknown service' });
      else callback(null, call.request.service === 'down' ? 2 : 1);
    },
  });
  return server;
}

function tlsServer(name: string, targets: Targets['tlsSeen'], asksForCertificate: boolean): https.Server {
  const options = {
    key: pem(`${name}-test-key`),
    cert: pem(name),
    ca: pem('ca'),
    requestCert: asksForCertificate,
    rejectUnauthorized: asksForCertificate,
  };
  return https.createServer(options, (request, response) => {
    const socket = request.socket as TLSSocket & { servername?: unknown };
    const subject = asksForCertificate ? (socket.getPeerCertificate().subject.CN as string) : null;
    targets.set(request.url ?? '', { servername: socket.servername, clientCert: subject });
    response.end('ok');
  });
}

export async function startTargets(): Promise<Targets> {
  const requests: SeenRequest[] = [];
  const tlsSeen: Targets['tlsSeen'] = new Map();
  const sockets = new Set<net.Socket>();
  const web = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url = '', rawHeaders } = request;
      requests.push({ method, url, headers: rawHeaders, body });
      answer(request, response);
    });
  });
  const nonsense = net.createServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .end('not http at all\r\n\r\n'),
  );
  const plainH2 = http2.createServer();
  const named = tlsServer('named', tlsSeen, false);
  const ip = tlsServer('ip', tlsSeen, false);
  const asking = tlsServer('ip', tlsSeen, true);
  const secureH2 = http2.createSecureServer({ key: pem('ip-test-key'), cert: pem('ip') });
  const servers: [number, net.Server][] = [
    [31700, web],
    [31701, nonsense],
    [31704, plainH2],
    [31750, named],
    [31751, ip],
    [31752, asking],
    [31753, secureH2],
  ];
  const ports = new Map<number, number>();
  for (const [recorded, server] of servers) {
    for (const event of ['connection', 'secureConnection']) {
      server.on(event, (socket: net.Socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => sockets.delete(socket));
      });
    }
    server.on('sessionError', () => {});
    ports.set(recorded, await listening(server));
  }
  // HTTP/2 that accepts a call and says nothing: no gRPC.
  secureH2.on('stream', () => {});
  const echo = await udpSocket(true);
  const silent = await udpSocket(false);
  ports.set(31702, echo.address().port);
  ports.set(31703, silent.address().port);
  const grpc = grpcServer();
  const grpcPort = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
  ports.set(31705, grpcPort);
  // Nobody listens on a port that was free a moment ago.
  for (const recorded of [31798, 31799]) {
    const free = net.createServer();
    ports.set(recorded, await listening(free));
    await new Promise((resolve) => free.close(resolve));
  }
  return {
    ports,
    requests,
    tlsSeen,
    async close() {
      grpc.forceShutdown();
      echo.close();
      silent.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map(([, server]) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
