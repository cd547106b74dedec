import 'reflect-metadata';

/**
 * Marks a core service so that TypeScript emits its constructor's parameter types.
 *
 * It does nothing itself: the emitted metadata lets a dependency-injection container construct the service while
 * core stays free of any framework.
 */
export function Service(): ClassDecorator {
  return () => undefined;
}
