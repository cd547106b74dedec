import { approvalIssues } from './approval-issues.js';
import type { InstallationConfig } from './retraining-config.js';
import { validateConfig } from './validate-config.js';

const context = { variable: () => undefined };
const keys = (...names: string[]) => ({ api_keys: names.map((name) => ({ name, sha256: 'a'.repeat(64) })) });
const asking = (quorum: number, four_eyes = false) => ({ deployment: { approvals: { quorum, four_eyes } } });
const problems = (raw: object) =>
  (validateConfig(raw, context).issues ?? []).map(({ path, message }) => `${path}: ${message}`);

function config(raw: object): InstallationConfig {
  const result = validateConfig(raw, context);
  if (!result.config) throw new Error(JSON.stringify(result.issues));
  return result.config;
}

describe('approvals by more than one person', () => {
  it('are not asked for unless somebody says so', () => {
    expect(config({}).deployment.approvals).toEqual({ quorum: 1, four_eyes: false });
    expect(config({ deployment: { approvals: { quorum: 2 } }, ...keys('ann', 'bob') }).deployment.approvals).toEqual({
      quorum: 2,
      four_eyes: false,
    });
  });

  it('need so many people with keys of their own; two keys of one name are one person', () => {
    expect(problems({ ...asking(2), ...keys('ann') })).toEqual([
      'deployment.approvals: needs api_keys of at least 2 people for the approvals of "premier-league", there are 1',
    ]);
    expect(problems({ ...asking(2), ...keys('ann', 'ann') })).toHaveLength(1);
    expect(problems({ ...asking(1, true), ...keys('ann') })).toHaveLength(1);
    expect(problems({ ...asking(1, true) })).toHaveLength(1);
    expect(problems({ ...asking(2, true), ...keys('ann', 'bob') })).toEqual([]);
    expect(problems({ ...asking(0) })).toEqual(['deployment.approvals.quorum: must be a whole number from 1 to 20']);
  });

  it('do not go together with automatic deployment, for any model', () => {
    const models = { a: { definition: 'a', model_path: 'a.onnx' }, b: { definition: 'b', ...asking(2) } };
    const raw = { ...keys('ann', 'bob'), enable_automatic_deployment: true, models };
    expect(problems(raw)).toEqual([expect.stringMatching(/^models\.b\.deployment\.approvals: .*"b" answers/)]);
  });
});

describe('a change through the API', () => {
  const strict = config({ ...asking(2), ...keys('ann', 'bob') });
  const paths = (before: InstallationConfig, after: InstallationConfig) =>
    approvalIssues(before, after).map(({ path }) => path);
  const entry = (own: object) => ({ 'premier-league': { definition: 'premier-league', ...own } });

  it('cannot touch the rules of approval, neither above nor for one model', () => {
    expect(paths(strict, strict)).toEqual([]);
    expect(paths(strict, config({ ...keys('ann', 'bob') }))).toEqual(['deployment.approvals']);
    const own = config({ ...asking(2), ...keys('ann', 'bob'), models: entry(asking(1)) });
    expect(paths(strict, own)).toEqual(['models.premier-league.deployment.approvals']);
    expect(paths(own, strict)).toEqual(['models.premier-league.deployment.approvals']);
  });

  it('may change everything else of the section', () => {
    const patient = { deployment: { ...asking(2).deployment, approval_expires_hours: 5 } };
    expect(paths(strict, config({ ...patient, ...keys('ann', 'bob') }))).toEqual([]);
  });

  it('cannot take away a model with rules of its own, to add it without them', () => {
    const models = { ...entry({}), other: { definition: 'other', model_path: 'o.onnx', ...asking(2) } };
    const before = config({ ...keys('ann', 'bob'), models });
    const after = config({ ...keys('ann', 'bob'), models: entry({}) });
    expect(paths(before, after)).toEqual(['models.other.deployment.approvals']);
    expect(paths(after, before)).toEqual(['models.other.deployment.approvals']);
  });
});
