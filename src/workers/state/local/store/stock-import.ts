// Takes over the registrations of a stock data directory: reads services/*, checks/* and checks/state/* as a stock agent
// writes them (spec/agent.md section 2, "Persistence") and leaves the files as they were.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../../../gotext/errno.js';
import { decodeJson, struct } from '../../../../gotext/json-decode.js';
import { bool, int, list, map, pointer, string } from '../../../../gotext/json-kinds.js';
import type { Logger } from '../../../../observe/logger.js';
import type { CheckType } from '../../../../wire/definitions.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import { bareCheckBody, serviceBody } from '../../records/bodies.js';
import { NO_CHECK_DEFINITION, NO_CONNECT, NO_PROXY } from '../../records/zero-values.js';
import { sameContent } from '../state/equality.js';
import { type Operation, putStateText, type Source } from './store-operations.js';

/** Files read at the same time. */
const AT_ONCE = 64;

const serviceFile = struct('persistedService', {
  Token: string,
  Source: string,
  LocallyRegisteredAsSidecar: bool,
  Service: serviceBody,
});

const checkFile = struct('persistedCheck', {
  Token: string,
  Source: string,
  Check: bareCheckBody,
  ChkType: pointer(
    struct('CheckType', {
      CheckID: string,
      Name: string,
      Status: string,
      Notes: string,
      ScriptArgs: list(string),
      HTTP: string,
      H2PING: string,
      H2PingUseTLS: bool,
      Header: map(list(string)),
      Method: string,
      Body: string,
      DisableRedirects: bool,
      TCP: string,
      TCPUseTLS: bool,
      UDP: string,
      Interval: int,
      AliasNode: string,
      AliasService: string,
      DockerContainerID: string,
      Shell: string,
      GRPC: string,
      GRPCUseTLS: bool,
      OSService: string,
      TLSServerName: string,
      TLSSkipVerify: bool,
      Timeout: int,
      TTL: int,
      SuccessBeforePassing: int,
      FailuresBeforeWarning: int,
      FailuresBeforeCritical: int,
      ProxyHTTP: string,
      ProxyGRPC: string,
      DeregisterCriticalServiceAfter: int,
      OutputMaxSize: int,
    }),
  ),
});

const stateFile = struct('persistedCheckState', { CheckID: string, Output: string, Status: string, Expires: int });

const LENIENT = { unknownFields: 'ignore' } as const;

type Conversion = { readonly ok: true; readonly operation: Operation } | { readonly ok: false; readonly error: string };

function source(text: string): Source | null {
  // Older agents wrote none.
  if (text === '' || text === 'remote') return 'remote';
  return text === 'local' ? 'local' : null;
}

function convertService(text: string): Conversion {
  const decoded = decodeJson(text, serviceFile, LENIENT);
  if (!decoded.ok) return decoded;
  const { Token: token, Service: given, LocallyRegisteredAsSidecar } = decoded.value;
  const from = source(decoded.value.Source);
  if (from === null) return { ok: false, error: `unknown source ${decoded.value.Source}` };
  if (given.ID === '') return { ok: false, error: 'no service ID' };
  const service: ServiceRecord = {
    ...given,
    Proxy: sameContent(given.Proxy, NO_PROXY) ? NO_PROXY : given.Proxy,
    Connect: given.Connect.Native ? { ...NO_CONNECT, Native: true } : NO_CONNECT,
    LocallyRegisteredAsSidecar,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
  return { ok: true, operation: { kind: 'service', token, source: from, service } };
}

function convertCheck(text: string): Conversion {
  const decoded = decodeJson(text, checkFile, LENIENT);
  if (!decoded.ok) return decoded;
  const { Token: token, Check: given, ChkType } = decoded.value;
  const from = source(decoded.value.Source);
  if (from === null) return { ok: false, error: `unknown source ${decoded.value.Source}` };
  if (given.CheckID === '') return { ok: false, error: 'no check ID' };
  const check: CheckRecord = { ...given, Definition: NO_CHECK_DEFINITION, CreateIndex: 0, ModifyIndex: 0 };
  const definition: CheckType | null = ChkType;
  return { ok: true, operation: { kind: 'check', token, source: from, check, definition } };
}

function convertState(text: string): Conversion {
  const decoded = decodeJson(text, stateFile, LENIENT);
  if (!decoded.ok) return decoded;
  const { CheckID, Output: output, Status: status, Expires: expires } = decoded.value;
  return { ok: true, operation: putStateText(CheckID, { status, output, expires }) };
}

async function filesIn(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function convertFolder(
  directory: string,
  convert: (text: string) => Conversion,
  logger: Logger,
): Promise<Operation[]> {
  const operations: Operation[] = [];
  const names = await filesIn(directory);
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const slice = names.slice(from, from + AT_ONCE).map(async (name): Promise<Operation | null> => {
      const path = join(directory, name);
      if (name.endsWith('tmp')) {
        logger.warn('Ignoring temporary file', 'file', path);
        return null;
      }
      const converted = convert(await readFile(path, 'utf8'));
      if (converted.ok) return converted.operation;
      logger.error('Failed to decode persisted file', 'file', path, 'error', converted.error);
      return null;
    });
    for (const operation of await Promise.all(slice)) if (operation !== null) operations.push(operation);
  }
  return operations;
}

/** The operations that make up what a stock agent left in `dataDir`; none where there was none. */
export async function importStockDirectory(dataDir: string, logger: Logger): Promise<readonly Operation[]> {
  const services = await convertFolder(join(dataDir, 'services'), convertService, logger);
  const checks = await convertFolder(join(dataDir, 'checks'), convertCheck, logger);
  const states = await convertFolder(join(dataDir, 'checks', 'state'), convertState, logger);
  const operations = [...services, ...checks, ...states];
  if (operations.length > 0) {
    logger.info(
      'took over the registrations of a stock data directory',
      'services',
      services.length,
      'checks',
      checks.length,
    );
  }
  return operations;
}
