// What can be watched: where it is read, and what handlers are given of it (spec/agent.md, section 5).

import type { JsonValue } from '../../gotext/json-value.js';
import type { Options } from '../command/command.js';
import type { Query } from '../http/client.js';
import { keyPath } from '../http/path.js';
import { type Form, formJson } from './form.js';
import { checkForm, eventForm, instanceForm, keyForm, leafForm, nodeForm, rootsForm } from './records.js';

export interface View {
  readonly path: string;
  readonly query: Query;
  /** JSON as handlers get it. `answer`: undefined where there is nothing. `seen`: the index before; null: this is the first. */
  data(answer: JsonValue | undefined, seen: bigint | null): string;
}

/** A text: why it can't be watched. */
type MakeView = (options: Options) => View | string;

function plain(form: Form): View['data'] {
  return (answer) => (answer === undefined ? 'null' : formJson(form, answer));
}

function withFilter(options: Options): Query {
  const filter = options.text('filter');
  return filter === '' ? [] : [['filter', filter]];
}

/** The index that a blocking query of events has after this one. */
function indexOfEvent(event: JsonValue | undefined): bigint | null {
  const id = typeof event === 'object' && event !== null && 'ID' in event ? event['ID'] : '';
  const digits = typeof id === 'string' ? id.replaceAll('-', '') : '';
  if (!/^[0-9a-fA-F]{32}$/.test(digits)) return null;
  return BigInt(`0x${digits.slice(0, 16)}`) ^ BigInt(`0x${digits.slice(16)}`);
}

function newEvents(answer: JsonValue | undefined, seen: bigint | null): readonly JsonValue[] {
  const all: readonly JsonValue[] = Array.isArray(answer) ? answer : [];
  const at = seen === null ? -1 : all.findIndex((event) => indexOfEvent(event) === seen);
  return all.slice(at + 1);
}

const VIEWS: ReadonlyMap<string, MakeView> = new Map<string, MakeView>([
  [
    'key',
    (options) => {
      const key = options.text('key');
      if (key === '') return 'Must specify a single key to watch';
      const data: View['data'] = (answer) => (Array.isArray(answer) ? formJson(keyForm, answer[0]) : 'null');
      return { path: `/v1/kv/${keyPath(key)}`, query: [], data };
    },
  ],
  [
    'keyprefix',
    (options) => {
      const prefix = options.text('prefix');
      if (prefix === '') return 'Must specify a single prefix to watch';
      return { path: `/v1/kv/${keyPath(prefix)}`, query: [['recurse', '']], data: plain({ list: keyForm }) };
    },
  ],
  [
    'services',
    (options) => ({
      path: '/v1/catalog/services',
      query: withFilter(options),
      data: plain({ map: { list: 'text' } }),
    }),
  ],
  ['nodes', (options) => ({ path: '/v1/catalog/nodes', query: withFilter(options), data: plain({ list: nodeForm }) })],
  [
    'service',
    (options) => {
      const service = options.text('service');
      if (service === '') return 'Must specify a single service to watch';
      const query: Query = [
        ...withFilter(options),
        ...options.list('tag').map((tag) => ['tag', tag] as const),
        ...(options.isOn('passingonly') ? [['passing', '1'] as const] : []),
      ];
      return {
        path: `/v1/health/service/${encodeURIComponent(service)}`,
        query,
        data: plain({ list: instanceForm }),
      };
    },
  ],
  [
    'checks',
    (options) => {
      const service = options.text('service');
      const state = options.text('state');
      if (service !== '' && state !== '') return 'Cannot specify service and state';
      const of =
        service === '' ? `state/${encodeURIComponent(state || 'any')}` : `checks/${encodeURIComponent(service)}`;
      return { path: `/v1/health/${of}`, query: withFilter(options), data: plain({ list: checkForm }) };
    },
  ],
  [
    'event',
    (options) => ({
      path: '/v1/event/list',
      query: options.text('name') === '' ? [] : [['name', options.text('name')]],
      data: (answer, seen) => formJson({ list: eventForm }, newEvents(answer, seen)),
    }),
  ],
  ['connect_roots', () => ({ path: '/v1/agent/connect/ca/roots', query: [], data: plain(rootsForm) })],
  [
    'connect_leaf',
    (options) => ({
      path: `/v1/agent/connect/ca/leaf/${encodeURIComponent(options.text('service'))}`,
      query: [],
      data: plain(leafForm),
    }),
  ],
]);

/** A text: why it can't be watched. */
export function viewOf(options: Options): View | string {
  const type = options.text('type');
  const make = VIEWS.get(type);
  return make === undefined ? `Unsupported watch type: ${type}` : make(options);
}
