import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ResponseReader } from '../../../../bench/load/response-reader.js';

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: x\r\ncontent-length: 4\r\n\r\ntrue');

describe("the load client's reading of answers", () => {
  it('finds the end of an answer split at any byte', () => {
    for (let at = 1; at < ANSWER.length; at += 1) {
      const reader = new ResponseReader();
      assert.equal(reader.feed(ANSWER.subarray(0, at)), null, `after ${at} bytes`);
      assert.equal(reader.feed(ANSWER.subarray(at)), 200);
    }
  });

  it('reads one after the other', () => {
    const reader = new ResponseReader();
    assert.equal(reader.feed(ANSWER), 200);
    assert.equal(reader.feed(Buffer.from('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n')), 500);
  });

  it('refuses what has no length, or far too much of it', () => {
    const chunked = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    assert.throws(() => new ResponseReader().feed(chunked), /without Content-Length/);
    assert.throws(() => new ResponseReader().feed(Buffer.alloc(2 * 1024 * 1024)), /too long/);
  });
});
