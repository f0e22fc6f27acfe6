import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeJson } from '../../../../../../src/gotext/json-decode.js';
import {
  checkBody,
  checkRegistration,
  serviceBody,
  serviceRegistration,
} from '../../../../../../src/workers/state/endpoints/agent/definition-bodies.js';
import type { ServiceRegistration } from '../../../../../../src/workers/state/local/registration/service-registration.js';
import { NO_CHECK_TYPE, NO_PROXY, NO_SERVICE } from '../../../../../../src/workers/state/records/zero-values.js';

const STRICT = { unknownFields: 'error' } as const;

function service(text: string): ServiceRegistration {
  const decoded = decodeJson(text, serviceBody, STRICT);
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.error);
  return serviceRegistration(decoded.value, 'of the request', false);
}

test('the tutorial body: lower-case keys, a check without ID or name', () => {
  const {
    service: record,
    checks,
    token,
  } = service(
    '{"id":"a","name":"system-tomcat-10.0.0.1","address":"10.0.0.1","port":9100,"tags":["t"],' +
      '"checks":[{"http":"http://10.0.0.1:9100/metrics","interval":"30s"}],"token":"of the body"}',
  );
  assert.deepEqual(record, {
    ...NO_SERVICE,
    ID: 'a',
    Service: 'system-tomcat-10.0.0.1',
    Address: '10.0.0.1',
    Port: 9100,
    Tags: ['t'],
  });
  assert.equal(record.Proxy, NO_PROXY);
  assert.deepEqual(checks, [{ ...NO_CHECK_TYPE, HTTP: 'http://10.0.0.1:9100/metrics', Interval: 30e9 }]);
  assert.equal(token, 'of the request');
});

test('aliases of the tutorial days, durations as text or nanoseconds', () => {
  const { service: record, checks } = service(
    '{"Name":"a","enable_tag_override":true,"tagged_addresses":{"lan":{"Address":"x","Port":1}},"Check":' +
      '{"args":["x"],"interval":5000000000,"deregister_critical_service_after":"90m","docker_container_id":"d",' +
      '"tls_server_name":"n","tls_skip_verify":true,"tcp_use_tls":true,"grpc_use_tls":true,"disable_redirects":true}}',
  );
  assert.equal(record.EnableTagOverride, true);
  assert.deepEqual(record.TaggedAddresses, { lan: { Address: 'x', Port: 1 } });
  assert.deepEqual(checks, [
    {
      ...NO_CHECK_TYPE,
      ScriptArgs: ['x'],
      Interval: 5e9,
      DeregisterCriticalServiceAfter: 5400e9,
      DockerContainerID: 'd',
      TLSServerName: 'n',
      TLSSkipVerify: true,
      TCPUseTLS: true,
      GRPCUseTLS: true,
      DisableRedirects: true,
    },
  ]);
});

test('HTTP/2 pings use TLS unless told not to', () => {
  const use = (text: string): boolean | undefined => service(`{"Name":"a","Check":${text}}`).checks[0]?.H2PingUseTLS;
  assert.equal(use('{"H2PING":"a:1","Interval":"1s"}'), true);
  assert.equal(use('{"H2PING":"a:1","Interval":"1s","h2ping_use_tls":false}'), false);
  assert.equal(use('{"TCP":"a:1","Interval":"1s"}'), false);
});

test('an empty Check is none, an empty element of Checks is one', () => {
  assert.equal(service('{"Name":"a","Check":{"TTL":"0s"}}').checks.length, 0);
  assert.equal(service('{"Name":"a","Check":{},"Checks":[{}]}').checks.length, 1);
  const both = service('{"Name":"a","Checks":[{"TTL":"2s"}],"Check":{"TTL":"1s"}}').checks;
  assert.deepEqual(
    both.map(({ TTL }) => TTL),
    [1e9, 2e9],
  );
});

test('a sidecar comes with its own definition', () => {
  const { sidecar } = service(
    '{"Name":"a","Connect":{"sidecar_service":{"Port":9,"Proxy":{"Upstreams":[{"DestinationName":"db","LocalBindPort":1}]}}}}',
  );
  assert.equal(sidecar?.service.Port, 9);
  assert.equal(sidecar?.service.Proxy.Upstreams?.[0]?.DestinationName, 'db');
  assert.equal(service('{"Name":"a","Connect":{"Native":true}}').service.Connect.Native, true);
  assert.equal(service('{"Name":"a"}').sidecar, null);
});

test('what is unknown or of another type is an error', () => {
  const error = (text: string): string => {
    const decoded = decodeJson(text, serviceBody, STRICT);
    assert.ok(!decoded.ok);
    return decoded.error;
  };
  assert.equal(error('{"Name":"a","Unknown":1}'), 'json: unknown field "Unknown"');
  assert.equal(
    error('{"Name":"a","Connect":{"SidecarService":{"Connect":{"SidecarService":{}}}}}'),
    'json: unknown field "SidecarService"',
  );
  assert.match(error('{"Name":"a","Port":"80"}'), /^json: cannot unmarshal string into Go /);
  assert.equal(error('{"Name":"a","Check":{"Interval":"soon"}}'), 'time: invalid duration "soon"');
});

test('a check on its own: ID, service, everything about how it runs', () => {
  const decoded = decodeJson('{"ID":"c","Name":"n","service_id":"s","TTL":15,"Token":"x"}', checkBody, STRICT);
  assert.ok(decoded.ok);
  assert.deepEqual(checkRegistration(decoded.value, 't'), {
    check: { ...NO_CHECK_TYPE, CheckID: 'c', Name: 'n', TTL: 15 },
    serviceId: 's',
    token: 't',
  });
});
