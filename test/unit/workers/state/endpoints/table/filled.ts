// Recorded answers hold placeholders (`<index>`), left-out fields (`...`) and lists of any length (`<each>`). Filled in as a schema
// says, they are answers that a validator can look at.

import type { Schema } from '../../../../../../src/workers/state/http/openapi/schemas.js';

const PLACEHOLDER = /^<[a-z0-9]+>$/;
const WIDE = /^#[0-9]+$/;

export class Filling {
  readonly #schemas: { readonly [name: string]: Schema };

  constructor(document: Schema) {
    this.#schemas = (document['components'] as { schemas: { [name: string]: Schema } }).schemas;
  }

  /** The value with all that was left open there; null where the schema leaves no way to. */
  filled(value: unknown, given: Schema): unknown {
    const schema = this.#resolved(given);
    if (typeof value === 'string' && PLACEHOLDER.test(value)) return this.#sample(schema);
    if (typeof value === 'string' && WIDE.test(value)) return Number(value.slice(1));
    const branch = this.#branchFor(value, schema);
    if (Array.isArray(value)) {
      const items = value[0] === '<each>' ? value.slice(1) : value;
      return items.map((item: unknown) => this.filled(item, (branch['items'] ?? {}) as Schema));
    }
    if (typeof value !== 'object' || value === null) return value;
    return this.#object(value as { [name: string]: unknown }, branch);
  }

  #object({ '...': isCut, ...given }: { [name: string]: unknown }, schema: Schema): unknown {
    const properties = (schema['properties'] ?? {}) as { [name: string]: Schema };
    const others = (schema['additionalProperties'] ?? {}) as Schema;
    const entries = Object.entries(given).map(([name, item]) => [name, this.filled(item, properties[name] ?? others)]);
    const whole = Object.fromEntries(entries) as { [name: string]: unknown };
    if (isCut === undefined) return whole;
    for (const name of (schema['required'] ?? []) as string[]) {
      if (!(name in whole)) whole[name] = this.#sample(this.#resolved(properties[name] ?? {}));
    }
    return whole;
  }

  #resolved(schema: Schema): Schema {
    const reference = schema['$ref'];
    if (typeof reference !== 'string') return schema;
    return this.#resolved(this.#schemas[reference.slice(reference.lastIndexOf('/') + 1)] as Schema);
  }

  #branches(schema: Schema): readonly Schema[] {
    const resolved = this.#resolved(schema);
    const several = resolved['anyOf'] as readonly Schema[] | undefined;
    return several === undefined ? [resolved] : several.flatMap((branch) => this.#branches(branch));
  }

  /**
   * Of several that a value may be, the one of its type: of lists, one whose items are of the type of the first; of objects, the
   * one that has most of its names, and no more.
   */
  #branchFor(value: unknown, schema: Schema): Schema {
    const type = typeOf(value);
    const branches = this.#branches(schema).filter((branch) => [branch['type']].flat().includes(type));
    const first: unknown = Array.isArray(value) ? value.find((item) => item !== '<each>') : undefined;
    if (type === 'object') return leastUnlike(Object.keys(value as object), branches);
    const byItem = branches.find((branch) => this.#mayHold(branch['items'] as Schema | undefined, first));
    return byItem ?? branches[0] ?? {};
  }

  #mayHold(items: Schema | undefined, first: unknown): boolean {
    if (items === undefined || first === undefined) return true;
    return this.#branches(this.#resolved(items)).some((branch) => [branch['type']].flat().includes(typeOf(first)));
  }

  #sample(schema: Schema): unknown {
    const [branch = {}] = this.#branches(schema);
    switch ([branch['type']].flat()[0]) {
      case 'string':
        return '';
      case 'integer':
      case 'number':
        return 1;
      case 'boolean':
        return true;
      case 'array':
        return [];
      case 'object':
        return this.#object({ '...': true }, branch);
      default:
        return null;
    }
  }
}

function leastUnlike(names: readonly string[], branches: readonly Schema[]): Schema {
  const unlikeness = (branch: Schema): number => {
    const properties = (branch['properties'] ?? {}) as object;
    if (branch['additionalProperties'] !== undefined) return 0;
    const required = (branch['required'] ?? []) as readonly string[];
    const unknown = names.filter((name) => name !== '...' && !(name in properties)).length;
    return unknown + (names.includes('...') ? 0 : required.filter((name) => !names.includes(name)).length);
  };
  const [first = {}, ...others] = branches;
  return others.reduce((best, branch) => (unlikeness(branch) < unlikeness(best) ? branch : best), first);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}
