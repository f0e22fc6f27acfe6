// Whether Accept-Encoding allows gzip (RFC 9110, section 12.5.3): named, or by `*`, with a weight above 0.

/** Answers are many and short-lived: the cheapest level already makes JSON a tenth. */
export const GZIP_LEVEL = 1;

export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  let any = false;
  for (const part of header.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';');
    const name = coding.trim();
    if (name !== 'gzip' && name !== '*') continue;
    const isAllowed = !parameters.some((parameter) => /^\s*q\s*=\s*0(\.0*)?\s*$/.test(parameter));
    if (name === 'gzip') return isAllowed;
    any = isAllowed;
  }
  return any;
}
