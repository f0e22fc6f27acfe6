// What is kept of the registrations made through the API, one JSON text an operation. Only what differs from the zero
// values is written: a plain service with an HTTP check takes 400 bytes instead of 2,000.

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

type Sparse = (record: object) => object;

/**
 * Picks the members of a record that differ from those of `zero`; values that came from a zero record are the same object. Code is
 * made for it, of our own names alone: going through thirty members by name took a third of what a registration costs.
 */
function sparse(zero: object): Sparse {
  const zeros = Object.values(zero) as readonly unknown[];
  const members = Object.keys(zero).map((name, at) => {
    const isConstant = zeros[at] === null || typeof zeros[at] !== 'object';
    const absent = isConstant ? JSON.stringify(zeros[at]) : `zeros[${at}]`;
    return `if ((member = record.${name}) !== ${absent} && member !== undefined) out.${name} = member;`;
  });
  const source = `return (record) => { const out = {}; let member; ${members.join('\n')} return out; };`;
  return new Function('zeros', source)(zeros) as Sparse;
}

const ofService = sparse(NO_SERVICE);
const ofCheck = sparse(NO_CHECK);
const ofCheckType = sparse(NO_CHECK_TYPE);

function json(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Whole numbers beyond 2^53 in a free-form proxy configuration; everything that reads it sees doubles. Not always
    // with this function, because it makes stringify several times slower.
    return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? Number(member) : member));
  }
}

export function putServiceText({ token, source, service }: StoredService): string {
  return json(['s', token, source, ofService(service)]);
}

export function putCheckText({ token, source, check, definition }: StoredCheck): string {
  return json(['c', token, source, ofCheck(check), definition === null ? null : ofCheckType(definition)]);
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
