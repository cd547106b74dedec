/** A value that JSON can carry; what is stored in jsonb columns and sent on the wire. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };
