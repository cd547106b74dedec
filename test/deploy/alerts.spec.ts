import { readFileSync } from 'node:fs';
import { Metrics, parseConfig } from '@retrain/infra';

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
  const { values } = parseConfig(readFileSync(new URL('../../deploy/prometheus/alerts.yml', import.meta.url)));
  const rules = (values as unknown as Rules).groups.flatMap((group) => group.rules);

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
