// Figures and goals as text.

import type { Goal, Unit } from '../row.js';
import type { Reference } from './outcome.js';

/** Three digits that matter, no more than the measurement is worth. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === '/s') return Math.round(value).toLocaleString('en');
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

export function formatGoal(goal: Goal | null, unit: Unit): string {
  switch (goal?.kind) {
    case undefined:
      return '';
    case 'at-least':
      return `≥ ${formatValue(goal.value, unit)} ${unit}`;
    case 'at-most':
      return `≤ ${formatValue(goal.value, unit)} ${unit}`;
    case 'times-peer':
      return `≥ ${goal.factor}×${goal.row === undefined ? '' : ` row ${goal.row}`}`;
    case 'below-peer':
      return '< peer';
  }
}

/** What a figure is held against: the peer's; `~` marks a recorded figure scaled to this machine, `?` one taken as it was. */
export function formatReference(reference: Reference | null, unit: Unit): string {
  if (reference === null) return '';
  const value = formatValue(reference.value, unit);
  switch (reference.from) {
    case 'peer':
      return value;
    case 'recorded':
      return `?${value}`;
    case 'scaled':
      return `~${value} (${formatValue(reference.recorded ?? reference.value, unit)})`;
  }
}

export function formatReached(reached: boolean | null): string {
  return reached === null ? '' : reached ? 'yes' : 'NO';
}
