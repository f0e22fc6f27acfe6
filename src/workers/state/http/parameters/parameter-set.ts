// The parameters of one row, read at once. Most requests name none or one of them: the values of such a request are the kept ones
// of "nothing given", or a copy of them with what was given.

import type { ParameterSource } from '../message/request.js';
import { nameBit } from '../message/request.js';
import { type Parameter, type Parameters, Refused, type Values } from './parameters.js';

/** The bit that no name has. */
const ALWAYS = 1 << 31;

function bitOf(name: string, { isRequired, in: place }: Parameter<unknown>): number {
  return isRequired || place === 'header' ? ALWAYS : nameBit(name.charCodeAt(0), name.length);
}

/** Made by JSON.parse and not frozen: copies of objects made otherwise take several times as long. */
function absentValues(declared: Parameters): { readonly [name: string]: unknown } {
  const template = `{${Object.keys(declared).map((name) => `${JSON.stringify(name)}:null`)}}`;
  const values = JSON.parse(template) as { [name: string]: unknown };
  for (const [name, { absent }] of Object.entries(declared)) values[name] = absent;
  return values;
}

export class ParameterSet<P extends Parameters> {
  readonly declared: P;
  readonly names: readonly string[];
  readonly #parameters: readonly Parameter<unknown>[];
  readonly #absent: Values<P>;
  /** Of each parameter's name; a parameter is looked at only where its bit is among those of the query. */
  readonly #bits: readonly number[];
  /** Those of all parameters. */
  readonly #anyBit: number;

  constructor(declared: P) {
    this.declared = declared;
    this.names = Object.keys(declared);
    this.#parameters = Object.values(declared);
    this.#absent = absentValues(declared) as Values<P>;
    this.#bits = Object.entries(declared).map(([name, parameter]) => bitOf(name, parameter));
    this.#anyBit = this.#bits.reduce((all, bit) => all | bit, 0);
  }

  /** In the order in which they are declared: the first bad one refuses the call. */
  read(source: ParameterSource): Values<P> | Refused {
    const absent = this.#absent;
    const given = source.query.nameBits | ALWAYS;
    if ((given & this.#anyBit) === 0) return absent;
    let values: { [name: string]: unknown } | null = null;
    for (let at = 0; at < this.names.length; at++) {
      if ((given & (this.#bits[at] as number)) === 0) continue;
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
