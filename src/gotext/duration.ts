// Durations as Go's time package reads and writes them: `1h30m`, `250ms`. All values are nanoseconds in a number; whole
// seconds are exact over Go's whole range of 292 years, single nanoseconds up to 104 days.

import { quote } from './quote.js';

export type ParsedDuration =
  | { readonly ok: true; readonly ns: number }
  | { readonly ok: false; readonly error: string };

const MICROSECOND = 1e3;
const MILLISECOND = 1e6;
const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** 2^63: one more than the longest duration. */
const LIMIT = 2 ** 63;

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', MICROSECOND],
  ['\u00b5s', MICROSECOND],
  ['\u03bcs', MICROSECOND],
  ['ms', MILLISECOND],
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
]);

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** time.ParseDuration with its error texts. */
export function parseDuration(text: string): ParsedDuration {
  const refuse = (): ParsedDuration => ({ ok: false, error: `time: invalid duration ${quote(text)}` });
  let at = 0;
  let sign = 1;
  if (text.startsWith('-') || text.startsWith('+')) {
    sign = text.startsWith('-') ? -1 : 1;
    at = 1;
  }
  if (at + 1 === text.length && text[at] === '0') return { ok: true, ns: 0 };
  if (at === text.length) return refuse();

  let total = 0;
  while (at < text.length) {
    const start = at;
    while (isDigit(text.charCodeAt(at))) at++;
    const whole = at === start ? 0 : Number(text.slice(start, at));
    let digits = at - start;
    let fraction = 0;
    if (text[at] === '.') {
      const dot = at++;
      while (isDigit(text.charCodeAt(at))) at++;
      digits += at - dot - 1;
      fraction = at - dot > 1 ? Number(text.slice(dot, at)) : 0;
    }
    if (digits === 0 || whole > LIMIT) return refuse();

    const unitStart = at;
    while (at < text.length && text[at] !== '.' && !isDigit(text.charCodeAt(at))) at++;
    if (at === unitStart) return { ok: false, error: `time: missing unit in duration ${quote(text)}` };
    const unitText = text.slice(unitStart, at);
    const unit = UNITS.get(unitText);
    if (unit === undefined) {
      return { ok: false, error: `time: unknown unit ${quote(unitText)} in duration ${quote(text)}` };
    }
    // The rounding guards against 0.1 + 0.2 style remainders; Go drops what is below a nanosecond.
    total += whole * unit + Math.floor(Number((fraction * unit).toPrecision(15)));
    if (total > LIMIT || (total === LIMIT && sign > 0)) return refuse();
  }
  return { ok: true, ns: total === 0 ? 0 : sign * total };
}

/** `value / unit` with up to `places` decimals, trailing zeros dropped. */
function decimal(value: number, unit: number, places: number): string {
  const rest = value % unit;
  const whole = String((value - rest) / unit);
  const decimals = String(rest).padStart(places, '0').replace(/0+$/, '');
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

/** time.Duration.String: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(ns: number): string {
  if (ns === 0) return '0s';
  const sign = ns < 0 ? '-' : '';
  const value = Math.abs(ns);
  if (value < MICROSECOND) return `${sign}${value}ns`;
  if (value < MILLISECOND) return `${sign}${decimal(value, MICROSECOND, 3)}\u00b5s`;
  if (value < SECOND) return `${sign}${decimal(value, MILLISECOND, 6)}ms`;
  const seconds = `${decimal(value % MINUTE, SECOND, 9)}s`;
  const minutes = (value - (value % MINUTE)) / MINUTE;
  if (minutes === 0) return sign + seconds;
  const hours = (minutes - (minutes % 60)) / 60;
  return hours === 0 ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60}m${seconds}`;
}
