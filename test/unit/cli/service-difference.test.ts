// What `services sync` finds to do: sidecar proxies go and stay with their services.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  differenceOf,
  type KnownService,
  marked,
  type Registration,
  SET_KEY,
  type Wanted,
} from '../../../src/cli/services/service-difference.js';

const SET = 'default';
const web = (more: Partial<Registration> = {}): Registration => ({ Name: 'web', ID: 'web-1', Port: 80, ...more });
const withSidecar = (sidecar: { readonly Meta?: { readonly [key: string]: string } } = {}): Registration =>
  web({ Connect: { SidecarService: sidecar } });

/** What the agent shows of it, and of the sidecar that it made. */
function registered(registration: Registration): { [id: string]: KnownService } {
  const { id, name, body } = marked(registration, SET);
  const Meta = body.Meta ?? {};
  const known: { [id: string]: KnownService } = { [id]: { ...body, ID: id, Service: name, Meta } };
  const sidecar = body.Connect?.SidecarService ?? null;
  if (sidecar !== null) {
    const ID = `${id}-sidecar-proxy`;
    known[ID] = { ID, Service: `${name}-sidecar-proxy`, Meta: sidecar.Meta ?? Meta };
  }
  return known;
}

const idsOf = (services: readonly { readonly ID: string }[]): string[] => services.map(({ ID }) => ID);
const want = (...all: Registration[]): Wanted[] => all.map((one) => marked(one, SET));

describe('the difference of services with a sidecar', () => {
  for (const [what, registration] of [
    ["has its service's metadata", withSidecar()],
    ['has metadata of its own', withSidecar({ Meta: { own: '1' } })],
  ] as const) {
    test(`which ${what} is nothing while both are defined`, () => {
      const difference = differenceOf(want(registration), registered(registration), SET);
      assert.deepEqual(difference, { added: [], changed: [], gone: [], unchanged: 1 });
    });

    test(`which ${what} is the sidecar alone where the definition no longer has it`, () => {
      const { changed, gone } = differenceOf(want(web()), registered(registration), SET);
      assert.deepEqual(
        changed.map(({ id, in: fields }) => [id, fields]),
        [['web-1', ['definition']]],
      );
      assert.deepEqual(idsOf(gone), ['web-1-sidecar-proxy']);
    });

    test(`which ${what} is both, the sidecar first, where neither is defined`, () => {
      assert.deepEqual(idsOf(differenceOf([], registered(registration), SET).gone), ['web-1-sidecar-proxy', 'web-1']);
    });
  }

  test('is the service where only the sidecar is missing', () => {
    const { 'web-1-sidecar-proxy': _gone, ...known } = registered(withSidecar());
    const { changed } = differenceOf(want(withSidecar()), known, SET);
    assert.deepEqual(
      changed.map(({ id, in: fields }) => [id, fields]),
      [['web-1', ['Connect']]],
    );
  });

  test('is never one that came by hand', () => {
    const byHand = { 'web-1-sidecar-proxy': { ID: 'web-1-sidecar-proxy', Service: 'x', Meta: { [SET_KEY]: 'other' } } };
    assert.deepEqual(
      differenceOf([], { ...registered(web()), ...byHand }, SET).gone.map(({ ID }) => ID),
      ['web-1'],
    );
  });
});
