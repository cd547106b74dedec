import { Service } from '../shared/service.js';

/** The clockwork of runs. */
@Service()
export class RunTiming {
  /** An attempt that has not been heard of for so long is presumed dead. */
  readonly leaseMs: number = 10_000;
  /** How often an attempt is heard of; a cancellation whose signal was lost is seen this soon. */
  readonly heartbeatMs: number = 1_500;
  /** Failures that may pass by themselves before the run fails for good. */
  readonly tries: number = 3;
  /** First wait between such failures; it doubles each time. */
  readonly backoffSeconds: number = 10;
  /** Deliveries of one run, whatever ended them: one that keeps killing its trainer ends here. */
  readonly deliveries: number = 12;
  /** Claims of one piece that ended with its trainer, before it counts as what ends trainers. */
  readonly pieceClaims: number = 4;
  /** How often a run's trainer looks how its pieces are getting on. */
  readonly lookMs: number = 200;
  /** Looks in a row at which pieces waited for nobody, before the run's trainer takes one itself. */
  readonly patience: number = 2;
  /** How often the other trainers are told of pieces that still wait. */
  readonly tellSeconds: number = 10;
}
