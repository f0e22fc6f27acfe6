import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDnsperf } from '../../../../bench/dnsperf.js';
import { parseWrk } from '../../../../bench/wrk.js';

const done = (figures: object): string =>
  `Running 2s test @ http://127.0.0.1:1/\n\nlictor-bench ${JSON.stringify({
    requests: 4000,
    micros: 2_000_000,
    p50: 1500,
    p99: 9000,
    max: 20_000,
    failed: 0,
    refused: 0,
    ...figures,
  })}\n`;

const dnsReport = (
  codes: string,
  completed = '200000',
  lost = '0 (0.00%)',
): string => `[Status] Testing complete (time limit)

Statistics:

  Queries sent:         200000
  Queries completed:    ${completed} (100.00%)
  Queries lost:         ${lost}

  Response codes:       ${codes}
  Average packet size:  request 38, response 54
  Run time (s):         2.000500
  Queries per second:   99975.006248

  Average Latency (s):  0.000912 (min 0.000020, max 0.013)
  Latency StdDev (s):   0.000411
`;

describe("wrk's result", () => {
  it('is rates per second and latencies in milliseconds', () => {
    assert.deepEqual(parseWrk(done({})), { requests: 4000, perSecond: 2000, p50Ms: 1.5, p99Ms: 9, maxMs: 20 });
  });

  it('counts for nothing when anything but success was answered, or nothing at all', () => {
    assert.throws(() => parseWrk(done({ refused: 3 })), /3 of 4000 answers weren't 2xx/);
    assert.throws(() => parseWrk(done({ failed: 1 })), /1 of 4000 requests failed/);
    assert.throws(() => parseWrk(done({ requests: 0 })), /no request was answered/);
    assert.throws(() => parseWrk('unable to connect'), /printed no result: unable to connect/);
  });
});

describe("dnsperf's result", () => {
  it('is read from its report', () => {
    assert.deepEqual(parseDnsperf(dnsReport('NOERROR 200000 (100.00%)')), {
      perSecond: 99975.006248,
      answers: 200_000,
      lost: 0,
      averageMs: 0.912,
    });
  });

  it('counts for nothing with other answers, without answers, or with many lost', () => {
    assert.throws(() => parseDnsperf(dnsReport('NOERROR 1 (0.00%), SERVFAIL 199999 (99.99%)')), /not all answers/);
    assert.throws(() => parseDnsperf(dnsReport('NXDOMAIN 200000 (100.00%)')), /not all answers/);
    assert.throws(() => parseDnsperf(dnsReport('', '0')), /no question was answered/);
    assert.throws(() => parseDnsperf(dnsReport('NOERROR 200000 (100.00%)', '200000', '300 (0.15%)')), /300 questions/);
    assert.throws(() => parseDnsperf('usage'), /printed no "Queries completed"/);
  });
});
