// One log record as a line: text as people and scripts know it, or JSON (spec/agent.md section 1, "Log lines").

import { quote } from '../gotext/quote.js';
import type { LogLevel, LogRecord, LogValue } from '../wire/thread-port.js';

const TAGS: { readonly [level in LogLevel]: string } = {
  trace: '[TRACE]',
  debug: '[DEBUG]',
  info: '[INFO] ',
  warn: '[WARN] ',
  error: '[ERROR]',
};

/** Most values and lines. Nothing is looked up in Unicode's tables for them, which would take a megabyte of every agent's memory. */
const PLAIN_VALUE = /^[\x21\x23-\x3c\x3e-\x7e]*$/;
const PLAIN_LINE = /^[\t\x20-\x7e]*$/;
const BREAKS_FIELD = /[\s"=]/;
const INVISIBLE = /\p{C}/u;
const INVISIBLE_BUT_TAB = /(?!\t)\p{C}/gu;

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** Offset of the local time at that moment: `Z` or `+0200`; with a colon for JSON. */
function offset(date: Date, colon: string): string {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
}

function localTime(date: Date): string {
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day}T${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** With its line end. */
export function renderText(record: LogRecord): string {
  const date = new Date(record.time);
  const { level, name, message, fields } = record;
  let line = `${localTime(date)}${offset(date, '')} ${TAGS[level]} ${name}: ${message}`;
  if (fields.length > 0) line += ':';
  for (let at = 0; at + 1 < fields.length; at += 2) line += textField(String(fields[at]), fields[at + 1] ?? '');
  return `${line}\n`;
}

function textField(key: string, value: LogValue): string {
  if (typeof value === 'object') return ` ${key}=[${value.map((item) => quote(item)).join(', ')}]`;
  const text = String(value);
  if (text.includes('\n')) {
    const lines = text.replace(/\n+$/, '').split('\n');
    return `\n  ${key}=\n${lines.map((line) => `  | ${visible(line)}`).join('\n')}`;
  }
  return ` ${key}=${needsQuotes(text) ? quote(text) : text}`;
}

function needsQuotes(text: string): boolean {
  return !PLAIN_VALUE.test(text) && (BREAKS_FIELD.test(text) || INVISIBLE.test(text));
}

/** Names and outputs come from users: none of them may move the cursor of who reads the log, or hide a line. */
function visible(line: string): string {
  if (PLAIN_LINE.test(line)) return line;
  return line.replace(INVISIBLE_BUT_TAB, (character) => quote(character).slice(1, -1));
}

/** With its line end. */
export function renderJson(record: LogRecord): string {
  const date = new Date(record.time);
  const fields: { [key: string]: unknown } = {};
  for (let at = 0; at + 1 < record.fields.length; at += 2) {
    const value = record.fields[at + 1];
    fields[String(record.fields[at])] = typeof value === 'bigint' ? Number(value) : value;
  }
  const line: { [key: string]: unknown } = {
    '@level': record.level,
    '@message': record.message,
    '@module': record.name,
    '@timestamp': `${localTime(date)}000${offset(date, ':')}`,
  };
  for (const key of Object.keys(fields).sort()) line[key] = fields[key];
  return `${JSON.stringify(line)}\n`;
}
