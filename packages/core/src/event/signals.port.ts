/** A hint that something changed in the database; listeners read the rows, and poll as well. */
export type Signal =
  | { readonly kind: 'champion_moved'; readonly model: string }
  | { readonly kind: 'rollout_changed'; readonly model: string }
  | { readonly kind: 'records_added'; readonly model: string }
  | { readonly kind: 'cancel_requested'; readonly runId: string }
  | { readonly kind: 'config_changed' }
  | { readonly kind: 'event_appended' };

/** Hints between processes: fast, maybe lost. */
export abstract class Signals {
  /** Inside a unit of work the hint is sent on commit. */
  abstract send(signal: Signal): Promise<void>;
  /**
   * Returns the function that stops listening. The connection behind it mends itself; afterwards every signal is given
   * once, because hints may have been missed.
   */
  abstract listen(listener: (signal: Signal) => void): () => void;
}
