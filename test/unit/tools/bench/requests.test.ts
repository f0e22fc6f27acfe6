import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { prepareRequests, serviceName } from '../../../../bench/load/requests.js';

const BATCH = { from: 0, count: 1, checkPort: 4242, node: 'n' } as const;

describe('prepared requests', () => {
  it("are the tutorial's loop, with a check of its own for each service", () => {
    const [request] = prepareRequests({ ...BATCH, kind: 'register-service', from: 70_000 });
    assert.ok(request);
    const [head = '', body = ''] = request.toString().split('\r\n\r\n');
    assert.match(head, /^PUT \/v1\/agent\/service\/register HTTP\/1\.1\r\n/);
    assert.match(head, new RegExp(`\r\nContent-Length: ${Buffer.byteLength(body)}$`));
    assert.deepEqual(JSON.parse(body), {
      id: 'prometheus-system-monitor-127.21.17.112-tomcat-8000',
      name: serviceName(70_000),
      address: '127.21.17.112',
      port: 9100,
      tags: ['system-tomcat-8000'],
      checks: [{ http: 'http://127.21.17.112:4242/metrics', interval: '30s' }],
    });
  });

  it('name 60,000 distinct services', () => {
    assert.equal(new Set(Array.from({ length: 60_000 }, (_, i) => serviceName(i))).size, 60_000);
  });

  it('deregister by id', () => {
    const [request] = prepareRequests({ ...BATCH, kind: 'deregister-service' });
    assert.match(
      request?.toString() ?? '',
      /^PUT \/v1\/agent\/service\/deregister\/prometheus-system-monitor-127\.20\.0\.0-tomcat-8000 /,
    );
  });
});
