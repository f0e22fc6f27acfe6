// From the shapes of answers and the kinds of bodies to JSON Schema (2020-12, as OpenAPI 3.1 has it). Records stand once, by their
// names, among the components.

import type { Kind } from '../../../../gotext/json-decode.js';
import type { JsonShape, Optional } from '../../../../gotext/json-shape.js';
import type { ParameterType } from '../parameters/parameters.js';

export type Schema = { readonly [keyword: string]: unknown };

const SCALARS: { readonly [shape in JsonShape & string]: Schema } = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer', format: 'int64' },
  uint64: { type: 'integer', format: 'uint64', minimum: 0 },
  number: { type: 'number' },
  base64: { type: 'string', contentEncoding: 'base64' },
  duration: { type: 'string', examples: ['10s'] },
  any: {},
};

const DURATION: Schema = { type: ['string', 'integer'], examples: ['10s'] };

const GO_TYPES: { readonly [goType: string]: Schema } = {
  string: SCALARS.string,
  bool: SCALARS.boolean,
  int: SCALARS.integer,
  int32: { type: 'integer', format: 'int32' },
  uint64: SCALARS.uint64,
  float64: SCALARS.number,
  '[]uint8': SCALARS.base64,
  'interface {}': SCALARS.any,
  'time.Duration': DURATION,
  'time.Time': { type: 'string', format: 'date-time' },
};

const TEXT: Schema = { type: 'string' };
const PARAMETERS: { readonly [type in ParameterType & string]: Schema } = {
  flag: { type: 'string', description: 'Its presence counts, whatever its value.' },
  text: TEXT,
  texts: { type: 'array', items: TEXT },
  pairs: { type: 'array', items: { type: 'string', examples: ['key:value'] } },
  boolean: {
    type: 'string',
    enum: ['true', 'false', '1', '0', 't', 'f', 'T', 'F', 'TRUE', 'FALSE', 'True', 'False', ''],
  },
  integer: SCALARS.integer,
  uint64: SCALARS.uint64,
  duration: SCALARS.duration,
};

export function parameterSchema(type: ParameterType): Schema {
  return typeof type === 'string' ? PARAMETERS[type] : { type: 'string', enum: type.oneOf };
}

function nullable(schema: Schema): Schema {
  const { type } = schema;
  return typeof type === 'string' ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] };
}

/** The components that the schemas made here name. */
export class Components {
  readonly schemas = new Map<string, Schema>();
  /** What a shape or a kind was made to: most of them stand in many operations. */
  readonly #made = new Map<object, Schema>();

  ofShape(shape: JsonShape): Schema {
    if (typeof shape === 'string') return SCALARS[shape];
    if ('list' in shape) return { type: 'array', items: this.ofShape(shape.list) };
    if ('map' in shape) return { type: 'object', additionalProperties: this.ofShape(shape.map) };
    if ('nullable' in shape) return nullable(this.ofShape(shape.nullable));
    if ('either' in shape) return { anyOf: shape.either.map((one) => this.ofShape(one)) };
    const fields: [string, JsonShape | Optional][] = Object.entries(shape.fields);
    return this.#component(shape, shape.record, () => ({
      type: 'object',
      required: fields.filter(([, field]) => !isOptional(field)).map(([name]) => name),
      properties: Object.fromEntries(
        fields.map(([name, field]) => [name, this.ofShape(isOptional(field) ? field.optional : field)]),
      ),
    }));
  }

  ofKind(kind: Kind<unknown>): Schema {
    const { inside, goType, zero } = kind;
    if (inside === undefined) {
      const schema = GO_TYPES[goType];
      if (schema === undefined) throw new Error(`no schema for ${goType}`);
      return zero === null ? nullable(schema) : schema;
    }
    if (inside.is === 'list') return nullable({ type: 'array', items: this.ofKind(inside.of) });
    if (inside.is === 'map') return nullable({ type: 'object', additionalProperties: this.ofKind(inside.of) });
    const schema = this.#component(inside, `${inside.name}Body`, () => ({
      type: 'object',
      properties: Object.fromEntries(inside.fields.map((field) => [field.name, this.ofKind(field.kind)])),
    }));
    return zero === null ? nullable(schema) : schema;
  }

  #component(source: object, name: string, make: () => Schema): Schema {
    let reference = this.#made.get(source);
    if (reference === undefined) {
      reference = { $ref: `#/components/schemas/${this.#named(name, make())}` };
      this.#made.set(source, reference);
    }
    return reference;
  }

  /** Two of a name that differ are told apart by a number. */
  #named(name: string, made: Schema): string {
    const text = JSON.stringify(made);
    for (let number = 1; ; number += 1) {
      const own = number === 1 ? name : `${name}${number}`;
      const known = this.schemas.get(own);
      if (known !== undefined && JSON.stringify(known) !== text) continue;
      this.schemas.set(own, made);
      return own;
    }
  }
}

function isOptional(field: JsonShape | Optional): field is Optional {
  return typeof field === 'object' && 'optional' in field;
}
