import { jobCatalog, type JobName, type JobProcessor, type QueueName } from '@retrain/core';

/**
 * Processors of one queue, by job name.
 *
 * Throws when a job of the queue has none or two, or when a processor belongs to another queue: such an app would take
 * jobs and lose them.
 */
export function processorsOf(queue: QueueName, processors: readonly JobProcessor[]): ReadonlyMap<string, JobProcessor> {
  const byName = new Map<string, JobProcessor>();
  const problems: string[] = [];
  for (const processor of processors) {
    if (byName.has(processor.job)) problems.push(`job "${processor.job}" has two processors`);
    if (jobCatalog[processor.job]?.queue !== queue) problems.push(`job "${processor.job}" is not on this queue`);
    byName.set(processor.job, processor);
  }
  for (const name of Object.keys(jobCatalog) as JobName[]) {
    if (jobCatalog[name].queue === queue && !byName.has(name)) problems.push(`job "${name}" has no processor`);
  }
  if (problems.length > 0) throw new Error(`Queue "${queue}" cannot be served: ${problems.join('; ')}.`);
  return byName;
}
