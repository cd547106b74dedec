/** The variables of the environment: where secrets come from. */
export abstract class Variables {
  /** The value of a variable; undefined when it is not set. */
  abstract read(name: string): string | undefined;
}
