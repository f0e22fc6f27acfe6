// Query templates: what a stored query of type `name_prefix_match` becomes for the name that it is asked by. A template is compiled
// when it is first needed and kept with its record. Nobody's template costs others: its expression, what it is matched with and
// what is made of it have limits.

import { type CompiledRegexp, compileRegexp, estimateRegexpSize, isTooLarge } from '../../../../gotext/regexp.js';
import type { PreparedQueryRecord, QueryService } from '../../../../wire/records.js';
import { type Part, readInterpolation, type Variable } from './interpolation.js';
import { withTexts } from './service-texts.js';

const NAME_PREFIX_MATCH = 'name_prefix_match';
/** Characters of all texts of a rendered query. */
const MOST_RENDERED = 128 * 1024;
/** Characters of a broken text that its refusal repeats. */
const MOST_SHOWN = 200;
/** Steps of an expression times characters of a name: a few milliseconds. */
const MOST_MATCHING = 100_000;

export type Rendered =
  /** `length`: characters that were made for it alone. */
  | { readonly ok: true; readonly query: PreparedQueryRecord; readonly length: number }
  | { readonly ok: false; readonly error: string };

export type CompiledTemplate =
  | { readonly ok: true; readonly template: Template }
  /** `isOurLimit`: nothing is wrong with it but its size, which others may take. */
  | { readonly ok: false; readonly error: string; readonly isOurLimit: boolean };

type Regexp = Extract<CompiledRegexp, { ok: true }>['re'];

/** What a template is rendered for. */
interface Asked {
  readonly name: string;
  /** The network segment of the agent that asks. */
  readonly segment: string;
}

class Unrenderable extends Error {}

export class Template {
  readonly #query: PreparedQueryRecord;
  /** By the texts that they are made of. */
  readonly #parts: ReadonlyMap<string, readonly Part[]>;
  readonly #regexp: Regexp | null;
  readonly #regexpSize: number;
  /** The same name is asked for again and again, and what is kept of an answer is told apart by the query it is to. */
  #last: (Asked & { readonly rendered: Rendered }) | null = null;

  constructor(query: PreparedQueryRecord, parts: ReadonlyMap<string, readonly Part[]>, regexp: Regexp | null) {
    this.#query = query;
    this.#parts = parts;
    this.#regexp = regexp;
    this.#regexpSize = regexp === null ? 0 : estimateRegexpSize(query.Template.Regexp);
  }

  render(name: string, segment: string): Rendered {
    if (this.#last?.name !== name || this.#last.segment !== segment) {
      this.#last = { name, segment, rendered: this.#render({ name, segment }) };
    }
    return this.#last.rendered;
  }

  #render(asked: Asked): Rendered {
    const query = this.#query;
    try {
      const groups = this.#groups(asked.name);
      let length = 0;
      const service = withTexts(query.Service, (text) => {
        let joined = '';
        for (const part of this.#parts.get(text) ?? []) {
          const piece = typeof part === 'string' ? part : this.#valueOf(part, asked, groups);
          length += piece.length;
          if (length > MOST_RENDERED) throw new Unrenderable('the template makes a query that is too long');
          joined += piece;
        }
        return joined;
      });
      const { RemoveEmptyTags } = query.Template;
      return { ok: true, query: { ...query, Service: withoutEmptyTags(service, RemoveEmptyTags) }, length };
    } catch (error) {
      if (error instanceof Unrenderable) return { ok: false, error: error.message };
      throw error;
    }
  }

  #valueOf(part: Exclude<Part, string>, asked: Asked, groups: readonly string[]): string {
    return 'group' in part ? (groups[part.group] ?? '') : this.#variable(part.variable, asked);
  }

  #variable(variable: Variable, { name, segment }: Asked): string {
    const { Name: prefix } = this.#query;
    switch (variable) {
      case 'name.full':
        return name;
      case 'name.prefix':
        return prefix;
      case 'name.suffix':
        return name.slice(prefix.length);
      case 'agent.segment':
        return segment;
    }
  }

  /** The whole match and its groups; none where nothing matches. */
  #groups(name: string): readonly string[] {
    const regexp = this.#regexp;
    if (regexp === null) return [];
    if (name.length * this.#regexpSize > MOST_MATCHING) {
      throw new Unrenderable('the name is too long for the expression of the template');
    }
    const matcher = regexp.matcher(name);
    if (!matcher.find()) return [];
    return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? '');
  }
}

function withoutEmptyTags(service: QueryService, removes: boolean): QueryService {
  return removes && service.Tags !== null ? { ...service, Tags: service.Tags.filter((tag) => tag !== '') } : service;
}

function compile(query: PreparedQueryRecord): CompiledTemplate {
  const { Type, Regexp } = query.Template;
  if (Type !== NAME_PREFIX_MATCH) return failed(`unknown Template.Type '${Type}'`);
  const parts = new Map<string, readonly Part[]>();
  let problem: string | null = null;
  withTexts(query.Service, (text, field) => {
    const read = readInterpolation(text);
    if (read.ok) parts.set(text, read.parts);
    else
      problem ??= `bad format '${text.slice(0, MOST_SHOWN)}' in Service.${field.slice(0, MOST_SHOWN)}: ${read.error}`;
    return text;
  });
  if (problem !== null) return failed(problem);
  const regexp = Regexp === '' ? null : compileRegexp(Regexp);
  if (regexp?.ok === false) return failed(`bad Regexp: ${regexp.error}`, isTooLarge(regexp));
  return { ok: true, template: new Template(query, parts, regexp?.re ?? null) };
}

function failed(error: string, isOurLimit = false): CompiledTemplate {
  return { ok: false, error, isOurLimit };
}

/** What of a template is beyond our limits, though others would take it; null when nothing is. */
export function limitProblem(query: PreparedQueryRecord): string | null {
  if (query.Template.Type === '') return null;
  const outcome = compileTemplate(query);
  return !outcome.ok && outcome.isOurLimit ? outcome.error : null;
}

const compiled = new WeakMap<PreparedQueryRecord, CompiledTemplate>();

export function compileTemplate(query: PreparedQueryRecord): CompiledTemplate {
  let known = compiled.get(query);
  if (known === undefined) {
    known = compile(query);
    compiled.set(query, known);
  }
  return known;
}
