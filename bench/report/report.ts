// The results as tables: for a terminal, and as Markdown for RESULTS.md.

import type { Machine } from '../machine.js';
import type { CurvePoint } from '../row.js';
import { formatGoal, formatReached, formatReference, formatValue } from './format.js';
import { type CalibrationResult, type Outcome, outcomes, type Results } from './outcome.js';

const HEADER = [
  'row',
  'what',
  'subject',
  'figure',
  'median',
  'spread',
  'Consul',
  'ratio',
  'goal',
  'ok',
  'CPU s',
  'RSS MB',
];
const WHAT_WIDTH = 44;
const BAR_WIDTH = 40;

const TITLE = '# Benchmark results\n\nWhat the rows and columns mean: [docs/benchmarks.md](../docs/benchmarks.md).';
const LEGEND =
  'Consul: the peer of the same run; "~": recorded elsewhere and scaled by the calibration of this run (in brackets as recorded); "?": recorded elsewhere, not scaled. CPU s and RSS: the server process, all threads, medians.';

type Cells = readonly string[];

export function renderReport(results: Results, machine: Machine, markdown: boolean): string {
  const found = outcomes(results);
  const table = markdown ? markdownTable : textTable;
  const parts = [
    ...(markdown ? [TITLE] : []),
    machineLine(machine),
    ...(results.calibrations.length === 0
      ? []
      : [table(['calibration', 'here', 'spread', 'reference machine'], results.calibrations.map(calibrationCells))]),
    table(
      HEADER,
      found.flatMap((outcome) => rowCells(outcome, markdown)),
    ),
    LEGEND,
    ...found.flatMap((outcome) => (outcome.curve.length === 0 ? [] : [curveText(outcome, markdown)])),
    ...notes(results, found),
  ];
  return `${parts.join('\n\n')}\n`;
}

function machineLine(machine: Machine): string {
  const { revision, dirty, cores, cpu, memoryGb, kernel, node, date } = machine;
  return `lictor ${revision}${dirty ? ' (changed)' : ''}, ${cores} cores (${cpu}), ${memoryGb} GB, Linux ${kernel}, Node ${node}, ${date}`;
}

function calibrationCells({ calibration, summary }: CalibrationResult): Cells {
  const [low, high] = calibration.recorded;
  const recorded = low === high ? formatValue(low, '/s') : `${formatValue(low, '/s')} – ${formatValue(high, '/s')}`;
  return [calibration.what, `${formatValue(summary.median, '/s')} /s`, percent(summary.spread), `${recorded} /s`];
}

function rowCells(outcome: Outcome, full: boolean): Cells[] {
  const { row, subject, figures, cpuSeconds, rssBytes, error } = outcome;
  const what = full || row.what.length <= WHAT_WIDTH ? row.what : `${row.what.slice(0, WHAT_WIDTH - 1)}…`;
  const lines = figures.map(({ metric, summary, reference, goal, reached }, at) => {
    const { unit } = metric;
    const first = at === 0;
    return [
      first ? row.id : '',
      first ? what : '',
      first ? subject.name : '',
      metric.title,
      `${formatValue(summary.median, unit)} ${unit}`,
      percent(summary.spread),
      formatReference(reference, unit),
      reference === null ? '' : (summary.median / reference.value).toFixed(2),
      formatGoal(goal, unit),
      formatReached(reached),
      first && cpuSeconds !== null ? cpuSeconds.toFixed(2) : '',
      first && rssBytes !== null ? (rssBytes / 1e6).toFixed(0) : '',
    ];
  });
  if (error === null) return lines;
  return [...lines, [row.id, what, subject.name, 'FAILED', '', '', '', '', '', 'NO', '', '']];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function notes({ calibrations }: Results, found: readonly Outcome[]): string[] {
  const doubted = calibrations.flatMap(({ calibration, notes }) =>
    notes.map((note) => `calibration, ${calibration.what}: ${note}`),
  );
  const rows = found.flatMap(({ row, subject, notes, error }) => [
    ...notes.map((note) => `row ${row.id}, ${subject.name}: ${note}`),
    ...(error === null ? [] : [`row ${row.id}, ${subject.name}: FAILED: ${error}`]),
  ]);
  const lines = [...doubted, ...rows];
  return lines.length === 0 ? [] : [`To be read with care:\n${lines.map((line) => `- ${line}`).join('\n')}`];
}

/** The curve as a table, and drawn: bars of the cost of a new registration. */
function curveText({ subject, curve }: Outcome, markdown: boolean): string {
  const table = (markdown ? markdownTable : textTable)(
    ['services', 'new /s', 'again /s', 'CPU µs, new', 'CPU µs, again', 'RSS MB'],
    curve.map((point) => [
      point.services.toLocaleString('en'),
      formatValue(point.newPerSecond, '/s'),
      formatValue(point.againPerSecond, '/s'),
      point.newCpuMicros.toFixed(0),
      point.againCpuMicros.toFixed(0),
      point.rssMb.toFixed(0),
    ]),
  );
  const drawn = [
    ...plot('µs per new registration', curve, (point) => 1e6 / point.newPerSecond),
    ...plot('µs per repeated registration', curve, (point) => 1e6 / point.againPerSecond),
  ].join('\n');
  const plotted = markdown ? `\`\`\`\n${drawn}\n\`\`\`` : drawn;
  return `${markdown ? '## ' : ''}Cost of a registration, ${subject.name}\n\n${table}\n\n${plotted}`;
}

function plot(title: string, curve: readonly CurvePoint[], cost: (point: CurvePoint) => number): string[] {
  const highest = Math.max(...curve.map(cost));
  return [
    title,
    ...curve.map((point) => {
      const value = cost(point);
      const bar = '█'.repeat(Math.max(1, Math.round((value / highest) * BAR_WIDTH)));
      return `${point.services.toLocaleString('en').padStart(8)} |${bar} ${value.toFixed(0)}`;
    }),
  ];
}

/** Columns whose cells are figures are aligned to the right. */
export function textTable(header: Cells, lines: readonly Cells[]): string {
  const all = [header, ...lines];
  const columns = header.map((_, column) => ({
    width: Math.max(...all.map((cells) => cells[column]?.length ?? 0)),
    right: lines.length > 0 && lines.every((cells) => isFigure(cells[column] ?? '')),
  }));
  const line = (cells: Cells): string =>
    columns
      .map(({ width, right }, column) => {
        const cell = cells[column] ?? '';
        return right ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(header), columns.map(({ width }) => '-'.repeat(width)).join('  '), ...lines.map(line)].join('\n');
}

function isFigure(cell: string): boolean {
  return cell === '' || /^[~?]?[\d,.]+( [^ ]+)?( \([\d,.]+\))?$/.test(cell);
}

export function markdownTable(header: Cells, lines: readonly Cells[]): string {
  const line = (cells: Cells): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), `|${'---|'.repeat(header.length)}`, ...lines.map(line)].join('\n');
}
