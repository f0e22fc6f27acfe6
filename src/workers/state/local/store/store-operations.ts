// What is kept of the registrations made through the API, one JSON text an operation (operation-writer.ts makes most of them).
import type { CheckType } from '../../../../wire/definitions.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import { NO_CHECK, NO_CHECK_TYPE, NO_SERVICE } from '../../records/zero-values.js';

/** Who made it: `remote` through the API, `local` the agent itself (maintenance). */
export type Source = 'local' | 'remote';

interface StoredService {
  readonly token: string;
  readonly source: Source;
  readonly service: ServiceRecord;
}

export interface StoredCheck {
  readonly token: string;
  readonly source: Source;
  readonly check: CheckRecord;
  readonly definition: CheckType | null;
}

/** Last state of a TTL check. */
export interface StoredCheckState {
  readonly status: string;
  readonly output: string;
  /** Unix seconds of the update + TTL. */
  readonly expires: number;
}

/** What the store holds, after all operations. */
export interface StoreContents {
  readonly services: Map<string, StoredService>;
  readonly checks: Map<string, StoredCheck>;
  readonly states: Map<string, StoredCheckState>;
}

export function emptyContents(): StoreContents {
  return { services: new Map(), checks: new Map(), states: new Map() };
}

/** A service or a check as it is to be kept, or the text of any other operation. */
export type Operation = string | PutService | PutCheck;

export interface PutService extends StoredService {
  readonly kind: 'service';
}

export interface PutCheck extends StoredCheck {
  readonly kind: 'check';
}

export function putStateText(checkId: string, state: StoredCheckState): string {
  return JSON.stringify(['t', checkId, state.status, state.output, state.expires]);
}

export function dropServiceText(id: string): string {
  return JSON.stringify(['-s', id]);
}

/** Drops the check's TTL state too. */
export function dropCheckText(id: string): string {
  return JSON.stringify(['-c', id]);
}

type Tuple = readonly [string, ...unknown[]];

/** Applies one operation's text. Texts come from files whose CRC was checked, so their shape is trusted. */
export function applyText(contents: StoreContents, line: string): void {
  const [kind, ...fields] = JSON.parse(line) as Tuple;
  switch (kind) {
    case 's': {
      const [token, source, members] = fields as [string, Source, Partial<ServiceRecord>];
      const service = { ...NO_SERVICE, ...members };
      contents.services.set(service.ID, { token, source, service });
      return;
    }
    case 'c': {
      const [token, source, members, given] = fields as [
        string,
        Source,
        Partial<CheckRecord>,
        Partial<CheckType> | null,
      ];
      const check = { ...NO_CHECK, ...members };
      const definition = given === null ? null : { ...NO_CHECK_TYPE, ...given };
      contents.checks.set(check.CheckID, { token, source, check, definition });
      return;
    }
    case 't': {
      const [id, status, output, expires] = fields as [string, string, string, number];
      contents.states.set(id, { status, output, expires });
      return;
    }
    case '-s':
      contents.services.delete(fields[0] as string);
      return;
    case '-c':
      contents.checks.delete(fields[0] as string);
      contents.states.delete(fields[0] as string);
      return;
    default:
      throw new Error(`unknown operation ${kind} in the store of local registrations`);
  }
}
