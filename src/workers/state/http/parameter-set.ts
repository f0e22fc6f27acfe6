// The parameters of one row, read at once. Most requests name none or one of them: the values of such a request are the kept ones
// of "nothing given", or a copy of them with what was given.

import { type Parameter, type ParameterSource, type Parameters, Refused, type Values } from './parameters.js';
import { EMPTY_QUERY } from './query.js';

export class ParameterSet<P extends Parameters> {
  readonly declared: P;
  readonly names: readonly string[];
  readonly #parameters: readonly Parameter<unknown>[];
  readonly #absent: Values<P>;
  /** Something has to be looked at even where there is no query. */
  readonly #isAlwaysRead: boolean;

  constructor(declared: P) {
    this.declared = declared;
    this.names = Object.keys(declared);
    this.#parameters = Object.values(declared);
    const absent = Object.entries(declared).map(([name, parameter]) => [name, parameter.absent] as const);
    this.#absent = Object.freeze(Object.fromEntries(absent)) as Values<P>;
    this.#isAlwaysRead = this.#parameters.some((parameter) => parameter.isRequired || parameter.in === 'header');
  }

  /** In the order in which they are declared: the first bad one refuses the call. */
  read(source: ParameterSource): Values<P> | Refused {
    const absent = this.#absent;
    if (source.query === EMPTY_QUERY && !this.#isAlwaysRead) return absent;
    let values: { [name: string]: unknown } | null = null;
    for (let at = 0; at < this.names.length; at++) {
      const name = this.names[at] as string;
      const parameter = this.#parameters[at] as Parameter<unknown>;
      const value = parameter.read(source, name);
      if (value instanceof Refused) return value;
      if (value === parameter.absent) continue;
      values ??= { ...absent };
      values[name] = value;
    }
    return values === null ? absent : (values as Values<P>);
  }
}
