// Putting a JSON object together from fields that may be left out (Go's omitempty): each part is `"Name":value,` or "".

/** `{` the parts, without the last comma `}`. */
export function objectOf(parts: string): string {
  return parts === '' ? '{}' : `{${parts.endsWith(',') ? parts.slice(0, -1) : parts}}`;
}

/** A text field, left out when empty. */
export function optionalText(name: string, value: string, quote: (text: string) => string): string {
  return value === '' ? '' : `"${name}":${quote(value)},`;
}

/** A number, left out when 0. */
export function optionalNumber(name: string, value: number): string {
  return value === 0 ? '' : `"${name}":${value},`;
}

/** A boolean, left out when false. */
export function optionalFlag(name: string, value: boolean): string {
  return value ? `"${name}":true,` : '';
}

/** Any value already rendered, left out when it is null or an empty list or object. */
export function optionalJson(name: string, json: string): string {
  return json === 'null' || json === '[]' || json === '{}' ? '' : `"${name}":${json},`;
}
