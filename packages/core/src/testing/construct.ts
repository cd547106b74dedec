import 'reflect-metadata';

/** A class or abstract class: the token of a service or a port. */
export type Token<T> = abstract new (...args: never[]) => T;

/**
 * Constructs services from the types of their constructors, as the product's container does: every port is looked up in
 * `given`, every service is made once.
 */
export function constructor(given: ReadonlyMap<Token<unknown>, unknown>): <T>(token: Token<T>) => T {
  const made = new Map<Token<unknown>, unknown>(given);
  const get = <T>(token: Token<T>): T => {
    if (made.has(token)) return made.get(token) as T;
    const types = Reflect.getMetadata('design:paramtypes', token) as readonly Token<unknown>[] | undefined;
    if (token.length > 0 && !types) throw new Error(`${token.name} is not a service, and nothing is given for it.`);
    const service = Reflect.construct(token as new (...args: unknown[]) => T, (types ?? []).map(get)) as T;
    made.set(token, service);
    return service;
  };
  return get;
}
