// What `validate` lets pass and only the start refuses (spec/agent.md section 10, the last trap). Some of it shows before
// the banner, on stderr; the rest after it, in the log. Script checks that aren't allowed are refused where checks are
// registered, a pid file where it is written.

import fs from 'node:fs';
import path from 'node:path';
import { errnoText } from '../../gotext/errno.js';
import type { RuntimeConfig } from '../../wire/config.js';
import { PROTOCOL } from '../../wire/version.js';
import { logLevel } from './runtime.js';
import { watchProblem } from './watch-checks.js';

/** Refused before the banner: the text after `==> `; null if all is well. */
export function beforeBanner(config: RuntimeConfig): string | null {
  const level = logLevelProblem(config.log.levelText);
  if (level !== null) return level;
  const stanzas = [config.tls.internalRpc, config.tls.https];
  if (stanzas.some((tls) => tls.verifyOutgoing && tls.caFile === '' && tls.caPath === '')) {
    return 'VerifyOutgoing set but no CA certificates were provided';
  }
  const { statsiteAddress, statsdAddress, dogstatsdAddress } = config.telemetry;
  for (const address of [statsiteAddress, statsdAddress, dogstatsdAddress]) {
    const port = /:([0-9]{1,5})$/.exec(address)?.[1];
    if (address !== '' && port === undefined)
      return `failed to initialize telemetry: address ${address}: missing port in address`;
    if (port !== undefined && (port === '0' || Number(port) > 65_535))
      return `failed to initialize telemetry: address ${port}: invalid port`;
  }
  return logFileProblem(config.log.file);
}

/** What is wrong with a log level as given; null if nothing is. */
export function logLevelProblem(text: string): string | null {
  if (logLevel(text) !== null) return null;
  return `Invalid log level: ${text}. Valid log levels are: [TRACE DEBUG INFO WARN ERR ERROR]`;
}

/** Refused after the banner: the text of `Error starting agent`; null if all is well. */
export function afterBanner(config: RuntimeConfig): string | null {
  const kind = config.server ? 'server' : 'client';
  const key = Buffer.from(config.encryptKey, 'base64').length;
  if (config.encryptKey !== '' && ![16, 24, 32].includes(key)) {
    return 'Failed to configure keyring: Invalid key: key size must be 16, 24 or 32 bytes';
  }
  if (config.protocol < PROTOCOL.min || config.protocol > PROTOCOL.max) {
    const way = config.protocol < PROTOCOL.min ? 'low' : 'high';
    return `Failed to start Consul ${kind}: Protocol version '${config.protocol}' too ${way}. Must be in range: [${PROTOCOL.min}, ${PROTOCOL.max}]`;
  }
  if (config.aclEnabled && !['allow', 'deny'].includes(config.acl.defaultPolicy)) {
    return `Failed to start Consul ${kind}: Unsupported default ACL policy: ${config.acl.defaultPolicy}`;
  }
  if (config.aclEnabled && !['allow', 'deny', 'extend-cache', 'async-cache'].includes(config.acl.downPolicy)) {
    return `Failed to start Consul ${kind}: Unsupported down ACL policy: ${config.acl.downPolicy}`;
  }
  const watch = watchProblem(config.watches);
  if (watch !== null) return watch;
  return null;
}

/** What the configuration asks for and this version leaves undone, as warnings. */
export function notServed(config: RuntimeConfig): readonly string[] {
  const undone: readonly (readonly [boolean, string])[] = [
    [config.watches.length > 0, 'watches: handlers are not run by this version'],
    [config.log.syslog, 'enable_syslog: nothing is sent to syslog by this version'],
    [!config.disableRemoteExec, 'disable_remote_exec = false: nothing is executed by this version'],
    [config.dns.recursors.length > 0, 'recursors: questions are not forwarded by this version'],
  ];
  return undone.filter(([applies]) => applies).map(([, text]) => text);
}

function logFileProblem(file: string): string | null {
  if (file === '') return null;
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) || '/' : '.';
  const name = path.basename(file.endsWith('/') ? 'consul.log' : file);
  try {
    fs.closeSync(fs.openSync(path.join(folder, name), 'a', 0o640));
    return null;
  } catch (error) {
    return `Failed to setup logging: open ${path.join(folder, name)}: ${errnoText(error)}`;
  }
}
