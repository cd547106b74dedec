/**
 * One database transaction around several ports.
 *
 * Adapters called inside `work` join the transaction by themselves. A state change and its event are always
 * written inside the same unit of work. Nested calls join the outer transaction.
 */
export abstract class UnitOfWork {
  /** Commits when `work` resolves, rolls everything back when it rejects, and passes result or error on. */
  abstract transaction<T>(work: () => Promise<T>): Promise<T>;
}
