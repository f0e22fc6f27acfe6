// What stock's index of IDs says of a text that can't be one, when something is looked up by it.

const HEX = /[^0-9a-f]/i;

/** Why nothing can have such an ID; null when something can. */
export function uuidIndexProblem(id: string): string | null {
  const digits = id.replaceAll('-', '');
  if (id.length !== 36) return 'UUID must be 36 characters';
  if (id.length - digits.length > 4) return `UUID should have maximum of 4 "-"; got ${id.length - digits.length}`;
  if (digits.length % 2 !== 0) return 'Input (without hyphens) must be even length';
  const wrong = HEX.exec(digits)?.[0];
  return wrong === undefined ? null : `Invalid UUID: encoding/hex: invalid byte: ${codePoint(wrong)}`;
}

function codePoint(character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} '${character}'`;
}
