import { randomUUID } from 'node:crypto';

/** Source of identifiers and seeds; injected so that tests can foresee them. */
export abstract class Ids {
  /** A UUID. */
  abstract next(): string;
}

export class RandomIds extends Ids {
  next(): string {
    return randomUUID();
  }
}
