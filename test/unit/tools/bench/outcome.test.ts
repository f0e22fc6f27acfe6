import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Subject } from '../../../../bench/agent.js';
import { CALIBRATIONS } from '../../../../bench/calibration/calibrations.js';
import type { LoadUsage } from '../../../../bench/load-usage.js';
import type { Machine } from '../../../../bench/machine.js';
import { type Figure, isReached, type Measured, outcomes, type Results } from '../../../../bench/report/outcome.js';
import { renderReport } from '../../../../bench/report/report.js';
import { summarize } from '../../../../bench/report/statistics.js';
import type { Row, Sample } from '../../../../bench/row.js';

const LICTOR: Subject = { name: 'lictor net', kind: 'lictor', binary: 'lictor', engine: 'net' };
const PEER: Subject = { name: 'peer', kind: 'peer', binary: 'peer', engine: null };
const MACHINE: Machine = {
  cores: 2,
  cpu: 'a cpu',
  memoryGb: 24,
  kernel: '6.1',
  node: 'v20',
  date: '2026-01-01T00:00:00.000Z',
  revision: 'abc',
  dirty: false,
};

const ROW: Row = {
  id: '6',
  what: 'a row',
  dependsOnEngine: true,
  hasPeer: true,
  metrics: [
    {
      key: 'perSecond',
      title: 'rate',
      unit: '/s',
      better: 'higher',
      recorded: 1000,
      scaledBy: 'net',
      goal: { kind: 'times-peer', factor: 2 },
    },
    {
      key: 'p99Ms',
      title: 'p99',
      unit: 'ms',
      better: 'lower',
      recorded: 10,
      scaledBy: 'net',
      goal: { kind: 'below-peer' },
    },
  ],
  run: () => Promise.reject(new Error('not run here')),
};

const IDLE: LoadUsage = {
  wallSeconds: 10,
  serverCpuSeconds: 9,
  threads: [],
  generatorCpuSeconds: 5,
  othersCpuSeconds: 0,
  serverRssBytes: 50e6,
  serverPeakRssBytes: 60e6,
};

function samples(...rates: number[]): Sample[] {
  return rates.map((perSecond) => ({ values: { perSecond, p99Ms: 6 }, usage: IDLE, throughput: true }));
}

function measured(subject: Subject, found: readonly Sample[], error: string | null = null): Measured {
  return { row: '6', subject, samples: found, error };
}

/** The machine is twice as fast as the reference one. */
function twiceAsFast(): Results['calibrations'] {
  return CALIBRATIONS.filter(({ key }) => key === 'net').map((calibration) => ({
    calibration,
    summary: summarize([169_000]),
    notes: [],
  }));
}

function figures(results: Results): readonly Figure[] {
  return outcomes(results)[0]?.figures ?? [];
}

describe('outcomes', () => {
  it('hold medians against the peer of the same run', () => {
    const [rate, p99] = figures({
      rows: [ROW],
      measured: [measured(LICTOR, samples(900, 2100, 2000)), measured(PEER, samples(990, 1000, 1010))],
      calibrations: twiceAsFast(),
    });
    assert.equal(rate?.summary.median, 2000);
    assert.deepEqual(rate?.reference, { value: 1000, recorded: null, from: 'peer' });
    assert.equal(rate?.reached, true);
    assert.equal(p99?.reached, false, 'as slow as the peer is not below it');
  });

  it('hold them against recorded figures scaled to this machine when there is no peer', () => {
    const [rate, p99] = figures({
      rows: [ROW],
      measured: [measured(LICTOR, samples(3999))],
      calibrations: twiceAsFast(),
    });
    assert.deepEqual(rate?.reference, { value: 2000, recorded: 1000, from: 'scaled' });
    assert.equal(rate?.reached, false);
    assert.deepEqual(p99?.reference, { value: 5, recorded: 10, from: 'scaled' });
    assert.equal(p99?.reached, false);
  });

  it('say so when a recorded figure could not be scaled', () => {
    const [rate] = figures({ rows: [ROW], measured: [measured(LICTOR, samples(2000))], calibrations: [] });
    assert.deepEqual(rate?.reference, { value: 1000, recorded: 1000, from: 'recorded' });
  });

  it("take another row's peer where the goal names it", () => {
    const other: Row = {
      ...ROW,
      id: '13',
      metrics: [
        {
          key: 'perSecond',
          title: 'rate',
          unit: '/s',
          better: 'higher',
          recorded: 5,
          goal: { kind: 'times-peer', factor: 2, row: '6' },
        },
      ],
    };
    const all = [{ ...measured(LICTOR, samples(2000)), row: '13' }, measured(PEER, samples(700))];
    const found = outcomes({ rows: [other, ROW], measured: all, calibrations: [] });
    assert.equal(found[0]?.figures[0]?.reference?.value, 700);
    const without = outcomes({ rows: [other, ROW], measured: all.slice(0, 1), calibrations: [] });
    assert.equal(without[0]?.figures[0]?.reference?.value, 1000);
  });

  it('know when no verdict is possible', () => {
    assert.equal(isReached({ kind: 'times-peer', factor: 2 }, 5, null), null);
    assert.equal(isReached(null, 5, null), null);
    assert.equal(isReached({ kind: 'at-least', value: 5 }, 5, null), true);
    assert.equal(isReached({ kind: 'at-most', value: 5 }, 5.1, null), false);
  });

  it('doubt figures that the generator, a waiting server or strangers may have made', () => {
    const usage = { ...IDLE, generatorCpuSeconds: 9.5, serverCpuSeconds: 4, othersCpuSeconds: 3 };
    const [hard, soft] = outcomes({
      rows: [ROW],
      measured: [
        measured(LICTOR, [{ values: { perSecond: 1 }, usage, throughput: true }]),
        measured(PEER, [{ values: { perSecond: 1 }, usage }]),
      ],
      calibrations: [],
    });
    assert.deepEqual(hard?.notes, [
      'generator used up to 95 % of a core: it may be the bottleneck',
      'server used as little as 40 % of a core: something else limits',
      'other processes took up to 30 % of a core',
    ]);
    assert.deepEqual(soft?.notes, ['other processes took up to 30 % of a core']);
  });
});

describe('the report', () => {
  const results: Results = {
    rows: [ROW],
    measured: [measured(LICTOR, samples(4100)), measured(PEER, [], 'it would not start')],
    calibrations: twiceAsFast(),
  };

  it('shows figure, reference, ratio, goal and verdict in one line', () => {
    const line = renderReport(results, MACHINE, false)
      .split('\n')
      .find((text) => text.includes('rate'));
    assert.ok(line);
    assert.deepEqual(
      line
        .trim()
        .split(/ {2,}/)
        .map((cell) => cell.trim()),
      ['6', 'a row', 'lictor net', 'rate', '4,100 /s', '0 %', '~2,000 (1,000)', '2.05', '≥ 2×', 'yes', '9.00', '50'],
    );
  });

  it('tells of a subject that failed', () => {
    const text = renderReport(results, MACHINE, false);
    assert.match(text, /row 6, peer: FAILED: it would not start/);
  });

  it('is a Markdown table when asked for one', () => {
    const text = renderReport(results, MACHINE, true);
    assert.match(text, /^\| 6 \| a row \| lictor net \| rate \| 4,100 \/s \|/m);
    assert.match(text, /^\| row \| what \|.*\n\|(---\|){12}$/m);
  });

  it('draws the curve of a row that has one', () => {
    const point = { newCpuMicros: 20, againCpuMicros: 10, rssMb: 99, againPerSecond: 10_000 };
    const curve = [
      { services: 100, newPerSecond: 5000, ...point },
      { services: 50_000, newPerSecond: 2500, ...point },
    ];
    const sample: Sample = { values: { perSecond: 1 }, curve };
    const text = renderReport({ ...results, measured: [measured(LICTOR, [sample])] }, MACHINE, false);
    assert.match(text, /^ {5}100 \|█{20} 200$/m);
    assert.match(text, /^ {2}50,000 \|█{40} 400$/m);
  });
});
