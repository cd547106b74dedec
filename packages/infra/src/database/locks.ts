/**
 * Namespaces of transaction-level advisory locks; the second number of a lock is a hash of what is locked, or 0.
 *
 * Who takes several takes them in this order, the event log's last (at the end of its unit of work).
 */
export const locks = {
  claims: 7001,
  pieces: 7006,
  records: 7002,
  delivery: 7003,
  predictions: 7004,
  events: 7005,
} as const;
