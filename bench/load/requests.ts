// The requests of the registration rows, as bytes: prepared before the clock starts, so that making them costs the
// measurement nothing. Service i of the tutorial's loop has an address, a name with dots and an HTTP check of its own.

export type RequestKind = 'register-service' | 'deregister-service' | 'catalog-register';

export interface RequestBatch {
  readonly kind: RequestKind;
  readonly from: number;
  readonly count: number;
  /** Port nobody listens on: the check is a real connection attempt, refused at once. */
  readonly checkPort: number;
  /** Of `catalog-register`: the node that carries the services. */
  readonly node: string;
}

/** Addresses of 127.0.0.0/8, which Linux all answers for: distinct, and no packet leaves the machine. */
function addressOf(i: number): string {
  return `127.${20 + ((i >> 16) & 63)}.${(i >> 8) & 255}.${i & 255}`;
}

function projectOf(i: number): string {
  return `${addressOf(i)}-tomcat-${8000 + (i % 1000)}`;
}

export function serviceId(i: number): string {
  return `prometheus-system-monitor-${projectOf(i)}`;
}

export function serviceName(i: number): string {
  return `system-tomcat-${projectOf(i)}`;
}

export function definition(i: number, checkPort: number): string {
  const address = addressOf(i);
  return JSON.stringify({
    id: serviceId(i),
    name: serviceName(i),
    address,
    port: 9100,
    tags: [`system-tomcat-${8000 + (i % 1000)}`],
    checks: [{ http: `http://${address}:${checkPort}/metrics`, interval: '30s' }],
  });
}

function put(target: string, body: string): Buffer {
  return Buffer.from(
    `PUT ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

export function prepareRequests(batch: RequestBatch): Buffer[] {
  return Array.from({ length: batch.count }, (_, at) => prepareRequest(batch, batch.from + at));
}

function prepareRequest({ kind, checkPort, node }: RequestBatch, i: number): Buffer {
  switch (kind) {
    case 'register-service':
      return put('/v1/agent/service/register', definition(i, checkPort));
    case 'deregister-service':
      return put(`/v1/agent/service/deregister/${serviceId(i)}`, '');
    case 'catalog-register':
      return put(
        '/v1/catalog/register',
        JSON.stringify({
          Node: node,
          Address: '10.1.2.3',
          Service: { ID: `s${i}`, Service: `many-${i}`, Port: 9100, Tags: ['t'] },
        }),
      );
  }
}
