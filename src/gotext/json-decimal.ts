// A number of a JSON text that only its literal tells from an integer.

/**
 * A whole number that is written with a fraction or an exponent, `8e3`, `80.0`: a number to whom any will do, but no integer,
 * as in Go.
 */
export class DecimalNumber {
  readonly value: number;
  readonly literal: string;

  constructor(value: number, literal: string) {
    this.value = value;
    this.literal = literal;
  }
}
