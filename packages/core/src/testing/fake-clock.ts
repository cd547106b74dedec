import { Clock } from '../shared/clock.port.js';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  private time: number;

  constructor(start: Date | string = '2024-01-01T00:00:00Z') {
    super();
    this.time = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.time);
  }

  set(time: Date | string): void {
    this.time = new Date(time).getTime();
  }

  /** Moves the time by the sum of the parts; negative parts move it back. */
  advance(by: { days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number }): Date {
    const hours = (by.days ?? 0) * 24 + (by.hours ?? 0);
    const seconds = (hours * 60 + (by.minutes ?? 0)) * 60 + (by.seconds ?? 0);
    this.time += seconds * 1000 + (by.milliseconds ?? 0);
    return this.now();
  }
}
