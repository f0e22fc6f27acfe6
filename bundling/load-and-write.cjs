// Instead of load.cjs while compiled code is made: loads as that does, and writes what V8 has compiled when it is told to.
// An agent is told by SIGUSR2, and tells its threads; a command writes at its end.

'use strict';

const fs = require('node:fs');
const { BroadcastChannel, isMainThread } = require('node:worker_threads');
const { crc32 } = require('node:zlib');
const load = require('./load.cjs');

module.exports = (module, require, name) => {
  const { script, filename } = load(module, require, name);
  const write = () => {
    const code = script.createCachedData();
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(code));
    fs.writeFileSync(`${filename}.part`, Buffer.concat([code, sum]));
    fs.renameSync(`${filename}.part`, `${filename}.code`);
  };
  if (isMainThread && process.argv[2] !== 'agent') {
    process.once('exit', write);
    return;
  }
  const channel = new BroadcastChannel('write compiled code');
  channel.unref();
  if (isMainThread) {
    process.once('SIGUSR2', () => {
      channel.postMessage('now');
      write();
    });
  } else {
    channel.onmessage = write;
  }
};

module.exports.importModule = load.importModule;
