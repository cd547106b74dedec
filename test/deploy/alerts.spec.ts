import { readFileSync } from 'node:fs';
import { Metrics } from '@retrain/infra';
import { parse } from 'yaml';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly action?: string };
    }[];
  }[];
}

describe('the alert rules', () => {
  const file = readFileSync(new URL('../../deploy/prometheus/alerts.yml', import.meta.url), 'utf8');
  const rules = (parse(file) as Rules).groups.flatMap((group) => group.rules);

  it.each(rules.map(({ alert, expr }) => [alert, expr]))('%s asks for metrics that exist', async (_, expr) => {
    const { registry } = new Metrics();
    const known = registry.getMetricsAsArray().map(({ name }) => name);
    const asked = (expr.match(/retrain_\w+/g) ?? []).map((name) => name.replace(/_bucket$/, ''));
    expect(known).toEqual(expect.arrayContaining(asked));
  });

  it('say what to do', () => {
    for (const { annotations } of rules) expect(annotations.action).toMatch(/\w/);
  });
});
