// The rules of a service's named ports, and that a service without any is written as it ever was.

import assert from 'node:assert/strict';
import test from 'node:test';
import { decode, encode } from '../../../src/msgpack/codec.js';
import { recordKind } from '../../../src/msgpack/record-kinds.js';
import { decodeStruct, encodeStruct } from '../../../src/wasm/struct.js';
import type { ServicePort, ServiceRecord } from '../../../src/wire/records.js';
import { serviceSchema } from '../../../src/wire/schema/catalog.js';
import { portOf, portsProblem, withDefaultPort } from '../../../src/wire/service-ports.js';
import { NO_SERVICE } from '../../../src/workers/state/records/zero-values.js';

const HTTP: ServicePort = { Name: 'http', Port: 8080, Default: true };
const GRPC: ServicePort = { Name: 'grpc', Port: 9090, Default: false };

function service(Ports: readonly ServicePort[] | null, Port = 0): ServiceRecord {
  return { ...NO_SERVICE, ID: 'api', Service: 'api', Port, Ports };
}

test('ports have names of their own, numbers in range and one default', () => {
  assert.equal(portsProblem(service([HTTP, GRPC])), null);
  assert.equal(portsProblem(service([HTTP, GRPC], 8080)), null);
  assert.equal(portsProblem(service(null, 80)), null);
  assert.equal(portsProblem(service([], 80)), null);
  const refused: [readonly ServicePort[], number, RegExp][] = [
    [[HTTP, GRPC], 80, /^Port and Ports cannot both be set$/],
    [[HTTP, GRPC], 9090, /^Port and Ports cannot both be set$/],
    [[GRPC], 0, /^exactly one port must be the default, 0 are$/],
    [[HTTP, { ...GRPC, Default: true }], 0, /^exactly one port must be the default, 2 are$/],
    [[HTTP, { ...GRPC, Name: 'HTTP' }], 0, /^port name "HTTP" is given twice$/],
    [[{ ...HTTP, Name: '' }], 0, /^every port needs a name$/],
    [[{ ...HTTP, Name: 'a.b' }], 0, /^port name "a.b" must be/],
    [[{ ...HTTP, Name: '-a' }], 0, /^port name "-a" must be/],
    [[{ ...HTTP, Name: 'a'.repeat(64) }], 0, /^port name "a+" must be/],
    [[{ ...HTTP, Port: 0 }], 0, /^port "http" must be between 1 and 65535$/],
    [[{ ...HTTP, Port: 65_536 }], 0, /^port "http" must be between 1 and 65535$/],
    [Array.from({ length: 257 }, (_, i) => ({ Name: `p${i}`, Port: 1, Default: i === 0 })), 0, /^too many ports/],
  ];
  for (const [ports, port, text] of refused) assert.match(portsProblem(service(ports, port)) ?? '', text);
});

test("the default's number is the service's port", () => {
  assert.equal(withDefaultPort(service([GRPC, HTTP])).Port, 8080);
  assert.equal(withDefaultPort(service([], 80)).Ports, null);
  const plain = service(null, 80);
  assert.equal(withDefaultPort(plain), plain);
  assert.deepEqual([portOf(service([GRPC, HTTP])), portOf(service([GRPC])), portOf(plain)], [8080, 0, 80]);
});

test('named ports are written only where there are some, and older readers pass over them', () => {
  const kind = recordKind(serviceSchema);
  const plain = service(null, 8080);
  const named = service([GRPC, HTTP], 8080);
  for (const value of [plain, named]) {
    const bytes = encodeStruct(serviceSchema, value);
    assert.deepEqual(Buffer.from(encode(kind, value)), Buffer.from(bytes));
    assert.equal(Buffer.from(bytes).includes('Ports'), value === named);
    // A map of 18 fields, as ever, or of 19.
    assert.deepEqual([...bytes.subarray(0, 3)], [0xde, 0, value === named ? 19 : 18]);
    assert.deepEqual(decodeStruct(serviceSchema, bytes).value, value);
  }
  const { Ports: _later, ...fields } = serviceSchema.fields;
  const before = { name: 'NodeService', fields };
  const read = decodeStruct(before, encodeStruct(serviceSchema, named)).value;
  assert.deepEqual({ ...read, Ports: null }, plain);
});

test('a struct met often is read and written alike with and without its later field', () => {
  const kind = recordKind(serviceSchema);
  for (let i = 0; i < 600; i += 1) {
    const value = service(i % 3 === 0 ? [{ ...HTTP, Port: i + 1 }] : null, i);
    const bytes = encode(kind, value);
    assert.deepEqual(Buffer.from(bytes), Buffer.from(encodeStruct(serviceSchema, value)));
    assert.deepEqual(decode(kind, bytes), { ok: true, value, next: bytes.length });
  }
});
