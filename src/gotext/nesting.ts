// How deep a free-form value (a proxy's Config and the like) may nest, wherever it comes in and whatever carries it: request
// bodies, configuration files, msgpack in both directions. One number, so that what is accepted once can always be
// written, read again and shown; and small enough for what recurses over such values.

/** Lists and maps within each other, the outermost one counted. */
export const MAX_NESTING = 512;
