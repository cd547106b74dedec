import { sameJson } from './change.js';
import { below } from './checking.js';
import { effectiveConfig } from './effective-config.js';
import type { InstallationConfig } from './retraining-config.js';
import type { Issue } from '../shared/errors.js';
import type { Json } from '../shared/json.js';

/**
 * What a change through the API would do to the rules of approval: they are set in the file only, because whoever may
 * change values would otherwise let himself through.
 */
export function approvalIssues(before: InstallationConfig, after: InstallationConfig): Issue[] {
  const message = 'can only be changed in the configuration file';
  const top = same(before.deployment.approvals, after.deployment.approvals)
    ? []
    : [{ path: 'deployment.approvals', message }];
  const names = new Set([...Object.keys(before.models), ...Object.keys(after.models)]);
  const models = [...names].filter((name) => !same(approvalsOf(before, name), approvalsOf(after, name)));
  return [
    ...top,
    // Where the top level changed, the models that follow it are not told of again.
    ...models
      .filter((name) => top.length === 0 || after.models[name]?.deployment !== undefined)
      .map((name) => ({ path: below(below('models', name), 'deployment.approvals'), message })),
  ];
}

/** A model that is not there follows the installation. */
function approvalsOf(config: InstallationConfig, name: string) {
  return Object.hasOwn(config.models, name)
    ? effectiveConfig(config, name).deployment.approvals
    : config.deployment.approvals;
}

const same = (a: object, b: object) => sameJson(a as unknown as Json, b as unknown as Json);
