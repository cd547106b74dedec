const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a given id can be one of ours; anything else is simply not found. */
export function isUuid(id: string): boolean {
  return pattern.test(id);
}
