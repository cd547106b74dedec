/** The only source of "now": injected, so that deciding code is pure and tests own the time. */
export abstract class Clock {
  abstract now(): Date;
}

/** The clock of the operating system. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
