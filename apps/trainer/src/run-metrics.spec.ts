import { inMemory } from '@retrain/core/testing';
import { AppLog, createLogger, Metrics } from '@retrain/infra';
import { RunMetrics } from './run-metrics.js';

const runId = '11111111-1111-4111-8111-111111111111';
const about = { model: 'coin', runId, actor: 'system' } as const;

describe('the metrics of runs', () => {
  it('count how a delivery ended and how long each stage of it took', async () => {
    const { events, clock } = inMemory();
    const metrics = new Metrics();
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    const log = new AppLog(createLogger({ app: 'trainer', logLevel: 'info', logFormat: 'text' }, { write }));
    const runs = new RunMetrics(events, metrics, log);

    await events.append({ ...about, type: 'run.completed', payload: { status: 'rejected', result: {} } });
    const before = await runs.mark();
    await events.append({ ...about, type: 'run.started', payload: { attempt: 1 } });
    clock.advance({ seconds: 2 });
    await events.append({ ...about, type: 'run.stage_completed', payload: { stage: 'prepare', summary: {} } });
    clock.advance({ seconds: 40 });
    await events.append({ ...about, type: 'run.stage_completed', payload: { stage: 'train', summary: {} } });
    await events.append({ ...about, type: 'run.completed', payload: { status: 'deployed', result: {} } });
    await runs.observe(runId, before);

    const text = await metrics.registry.metrics();
    expect(text).toContain('retrain_run_seconds_sum{stage="prepare"} 2');
    expect(text).toContain('retrain_run_seconds_sum{stage="train"} 40');
    expect(text).toContain('retrain_runs_total{model="coin",result="deployed"} 1');
    expect(text).not.toContain('result="rejected"');
    expect(lines.join('')).toContain('run ended');
  });
});
