// A conformance kit as tests: one for each scenario, and a last one that sees that none was left out and says where the kit
// stands.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { repositoryRoot } from '../data.js';
import { type Outcome, type Scenario, Standing, type WaitingList } from './standing.js';

export interface Kit<S extends Scenario> {
  readonly name: string;
  readonly scenarios: readonly S[];
  readonly waiting: WaitingList;
  readonly replay: (scenario: S) => Promise<Outcome>;
  /** How many scenarios run at the same time. */
  readonly concurrency: number;
  /** Why it can't be asked here; false or left out where it can. */
  readonly skip?: string | false;
  /** After the last scenario. */
  readonly close?: () => Promise<void>;
}

export function kitFolder(kit: string): string {
  return path.join(repositoryRoot, 'test/conformance', kit);
}

/** The parsed files of a folder of scenarios, by name without the ending. */
export function scenarioFiles<Content>(folder: string): ReadonlyMap<string, Content> {
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.json'));
  return new Map(
    files
      .sort()
      .map((file) => [
        path.basename(file, '.json'),
        JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as Content,
      ]),
  );
}

export function holdKit<S extends Scenario>({
  name,
  scenarios,
  waiting,
  replay,
  concurrency,
  skip = false,
  close,
}: Kit<S>): void {
  const standing = new Standing(name, scenarios, waiting);
  describe(`${name} conformance`, { skip }, () => {
    // Not in the last test: one that is named alone has agents, too.
    after(() => close?.());
    describe('scenarios', { concurrency }, () => {
      for (const scenario of scenarios) {
        test(`${scenario.name} (${name})`, async () => {
          const outcome = await replay(scenario);
          const complaints = standing.judge(scenario, outcome);
          assert.deepEqual(complaints, [], `${complaints.join('\n')}\n\n${outcome.output}`);
        });
      }
    });
    test(`where it stands (${name})`, () => {
      console.log(standing.summary());
      assert.deepEqual(standing.complaints(), []);
    });
  });
}
