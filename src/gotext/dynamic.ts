/** Free-form values (proxy Config and the like) as msgpack and JSON know them. */
export type Dynamic =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Dynamic[]
  | { readonly [key: string]: Dynamic };
