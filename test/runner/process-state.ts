// What a process has once, however many test files run in it: a file that leaves it changed would be felt in the next one.

import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import timers from 'node:timers';
import tls from 'node:tls';

/** By what they are called. */
const OBJECTS: ReadonlyMap<string, object> = new Map<string, object>([
  ['globalThis', globalThis],
  ['process', process],
  ['process.stdout', process.stdout],
  ['process.stderr', process.stderr],
  ['console', console],
  ['Date', Date],
  ['Math', Math],
  ['performance', performance],
  ['node:child_process', childProcess],
  ['node:dgram', dgram],
  ['node:dns', dns],
  ['node:fs', fs],
  ['node:fs/promises', fs.promises],
  ['node:http', http],
  ['node:net', net],
  ['node:os', os],
  ['node:timers', timers],
  ['node:tls', tls],
]);

/** What is called at the end of a process changes nothing before it; node itself listens for the others. */
const UNHEARD = ['exit', 'newListener', 'removeListener'];

const MADE_LATER = Symbol('made later');

export interface ProcessState {
  readonly folder: string;
  readonly mask: number;
  readonly priority: number;
  readonly environment: ReadonlyMap<string, unknown>;
  readonly listeners: ReadonlyMap<string, unknown>;
  readonly functions: ReadonlyMap<string, unknown>;
}

export function processState(): ProcessState {
  const events = process.eventNames().map(String);
  return {
    folder: process.cwd(),
    mask: process.umask(),
    priority: os.getPriority(),
    environment: new Map(Object.entries(process.env)),
    listeners: new Map(
      events.filter((event) => !UNHEARD.includes(event)).map((event) => [event, process.listenerCount(event)]),
    ),
    functions: new Map([...OBJECTS].flatMap(([name, object]) => functionsOf(name, object))),
  };
}

/** A text for each thing that isn't what it was. */
export function changesSince(before: ProcessState): string[] {
  const now = processState();
  const same = (what: string, old: unknown, own: unknown): string[] =>
    old === own ? [] : [`${what}: ${old} to ${own}`];
  return [
    ...same('the working directory', before.folder, now.folder),
    ...same('the umask', before.mask, now.mask),
    ...same('the priority', before.priority, now.priority),
    ...differences('the variable', before.environment, now.environment),
    ...differences('listeners of the process for', before.listeners, now.listeners),
    ...differences('the function', before.functions, now.functions),
  ];
}

function differences(what: string, before: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>): string[] {
  const names = new Set([...before.keys(), ...now.keys()]);
  const isSame = (name: string): boolean => before.get(name) === now.get(name) || before.get(name) === MADE_LATER;
  return [...names].filter((name) => !isSame(name)).map((name) => `${what} ${name}`);
}

/** With `MADE_LATER` for what node puts in place of an accessor when it is first asked for. */
function functionsOf(name: string, object: object): [string, unknown][] {
  const inherited: object = Object.getPrototypeOf(object) ?? {};
  return Object.entries(Object.getOwnPropertyDescriptors(object))
    .map(([key, { value, get }]): [string, unknown] => [key, get === undefined ? value : MADE_LATER])
    .filter(([, value]) => value instanceof Function || value === MADE_LATER)
    .filter(([key, value]) => value !== Reflect.get(inherited, key, object))
    .map(([key, value]) => [`${name}.${key}`, value]);
}
