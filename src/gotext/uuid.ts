// What a UUID given by a user must look like, with the texts Consul answers otherwise.

/** What keeps a text from being a UUID, in either case of its digits; null if it is one. */
export function uuidProblem(text: string): string | null {
  if (text.length !== 36) return 'uuid string is wrong length';
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? null : 'uuid is improperly formatted';
}
