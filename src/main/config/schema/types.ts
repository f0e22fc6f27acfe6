// The language the configuration schema is written in, and the TypeScript types that follow from it. A schema is data:
// parsing, type checks, defaults, flags, the generated documentation and the reload rules are all read from it
// (spec/agent.md section 4).

export type ScalarType = 'string' | 'bool' | 'int' | 'uint' | 'uint32' | 'uint64' | 'float64' | 'duration';

interface Described {
  readonly about?: string;
  /** Taken over by a reload; everything else needs a restart. */
  readonly reload?: true;
  /** Name of the agent's flag, without dash. */
  readonly flag?: string;
  /** Second spelling of the key, from times before the underscores. */
  readonly alias?: string;
  /** Said in the documentation where the default isn't a constant. */
  readonly defaultText?: string;
}

interface ScalarField extends Described {
  readonly type: ScalarType;
  readonly default?: string | number | boolean;
  /** The value under -dev, where it differs. */
  readonly dev?: string | number | boolean;
}
/** List of strings. */
interface StringsField extends Described {
  readonly type: 'strings';
}
/** String to string. */
interface MapField extends Described {
  readonly type: 'map';
}
/** String to list of strings. */
interface HeaderField extends Described {
  readonly type: 'header';
}
/** An object of any form, kept as it is. */
interface FreeField extends Described {
  readonly type: 'free';
}
/** A list of objects of any form. */
interface FreeListField extends Described {
  readonly type: 'free-list';
}
interface StanzaField<S extends Schema = Schema> extends Described {
  readonly type: 'stanza';
  readonly fields: S;
}
/** A list of objects of one form. */
interface ListField<S extends Schema = Schema> extends Described {
  readonly type: 'list';
  readonly fields: S;
}
/** Names to objects of one form. */
interface StanzaMapField<S extends Schema = Schema> extends Described {
  readonly type: 'stanza-map';
  readonly fields: S;
}

export type SchemaField =
  | ScalarField
  | StringsField
  | MapField
  | HeaderField
  | FreeField
  | FreeListField
  | StanzaField
  | ListField
  | StanzaMapField;

export interface Schema {
  readonly [key: string]: SchemaField;
}

type FreeValue = string | number | boolean | null | readonly FreeValue[] | { readonly [key: string]: FreeValue };
export type FreeObject = { readonly [key: string]: FreeValue };

type ScalarValue<T> = T extends 'string' | 'duration' ? string : T extends 'bool' ? boolean : number;

/** The value of a field that was given. */
export type Given<F> = F extends { readonly type: 'strings' }
  ? readonly string[]
  : F extends { readonly type: 'map' }
    ? { readonly [name: string]: string }
    : F extends { readonly type: 'header' }
      ? { readonly [name: string]: readonly string[] }
      : F extends { readonly type: 'free' }
        ? FreeObject
        : F extends { readonly type: 'free-list' }
          ? readonly FreeObject[]
          : F extends { readonly type: 'stanza'; readonly fields: infer S }
            ? Settings<S>
            : F extends { readonly type: 'list'; readonly fields: infer S }
              ? readonly Settings<S>[]
              : F extends { readonly type: 'stanza-map'; readonly fields: infer S }
                ? { readonly [name: string]: Settings<S> }
                : F extends { readonly type: infer T }
                  ? ScalarValue<T>
                  : never;

/** What one source says: any part of the schema. */
export type Settings<S> = { readonly [K in keyof S]?: Given<S[K]> };

/** All sources merged over the defaults: stanzas, lists and maps are always there, and scalars that have a default. */
export type Complete<S> = {
  readonly [K in keyof S as Optional<S[K]> extends true ? never : K]: S[K] extends {
    readonly type: 'stanza';
    readonly fields: infer F;
  }
    ? Complete<F>
    : Given<S[K]>;
} & { readonly [K in keyof S as Optional<S[K]> extends true ? K : never]?: Given<S[K]> };

type Optional<F> = F extends { readonly type: ScalarType }
  ? F extends { readonly default: string | number | boolean }
    ? false
    : true
  : false;

export function stanza<const S extends Schema>(
  fields: S,
  more: Described = {},
): { type: 'stanza'; fields: S } & Described {
  return { type: 'stanza', fields, ...more };
}
export function list<const S extends Schema>(fields: S, more: Described = {}): { type: 'list'; fields: S } & Described {
  return { type: 'list', fields, ...more };
}
