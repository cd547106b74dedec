import {
  AlignSchedulesService,
  evaluationScheduleOf,
  NotifyService,
  PluginRegistry,
  Variables,
  defineNotifier,
} from '@retrain/core';
import type { EvaluateTriggersService, TriggerEvaluation } from '@retrain/core';
import { aTriggerEvaluation, aVerdict, inMemory } from '@retrain/core/testing';
import { AppLog, createLogger, Metrics } from '@retrain/infra';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckMetrics } from './check-metrics.js';
import { EvaluateTriggersProcessor } from './evaluate-triggers.processor.js';
import { NotifyPump } from './notify-pump.js';
import { Schedules } from './schedules.js';

class NoVariables extends Variables {
  read(): undefined {
    return undefined;
  }
}

function logTo(lines: string[]): AppLog {
  const write = (line: string) => lines.push(line);
  return new AppLog(createLogger({ app: 'trigger-monitor', logLevel: 'debug', logFormat: 'text' }, { write }));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await condition()); looks++) {
    if (looks > 400) throw new Error('it never came to pass');
    await sleep(5);
  }
}

describe('a scheduled check', () => {
  async function world() {
    const metrics = new Metrics();
    const evaluating = {
      executeDue: async (model: string): Promise<TriggerEvaluation | undefined> => {
        if (model !== 'coin') return undefined;
        return aTriggerEvaluation({
          model,
          verdicts: [
            aVerdict({
              trigger: 'data_drift',
              verdict: 'fired',
              score: 0.5,
              evidence: {
                features: [
                  { name: 'tilt', method: 'psi', score: 0.3 },
                  { name: 'side', status: 'not judged' },
                ],
              },
            }),
            aVerdict({
              trigger: 'performance_degradation',
              evidence: { accuracy: { accuracy: 0.55 }, calibration: { log_loss: 0.68 }, benchmark: { excess: 0.02 } },
            }),
          ],
        });
      },
    } as unknown as EvaluateTriggersService;
    const processor = new EvaluateTriggersProcessor(evaluating, new CheckMetrics(metrics));
    return { processor, metrics };
  }

  it('shows what it found as metrics', async () => {
    const { processor, metrics } = await world();
    await processor.process({ model: 'coin' });
    const text = await metrics.registry.metrics();
    for (const line of [
      'retrain_trigger_checks_total{model="coin",trigger="data_drift",verdict="fired"} 1',
      'retrain_drift_score{model="coin"} 0.5',
      'retrain_feature_drift{model="coin",feature="tilt",method="psi"} 0.3',
      'retrain_accuracy{model="coin"} 0.55',
      'retrain_log_loss{model="coin"} 0.68',
      'retrain_excess_log_loss{model="coin"} 0.02',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('that was let go shows nothing', async () => {
    const { processor, metrics } = await world();
    await processor.process({ model: 'stranger' });
    expect(await metrics.registry.metrics()).not.toContain('stranger');
  });
});

describe('the schedules', () => {
  it('are there from the start, follow the configuration, and end with monitoring', async () => {
    const { models, jobs, config, clock } = inMemory({ config: { check_interval_minutes: 60 } });
    await models.ensure('coin', 'coin');
    const schedules = new Schedules(new AlignSchedulesService(models, jobs, config), jobs, config, logTo([]));
    const next = async () => (await jobs.nextAt(evaluationScheduleOf('coin'), 'evaluate-triggers'))?.getTime();
    schedules.onApplicationBootstrap();
    try {
      await until(async () => (await next()) === clock.now().getTime() + 3_600_000);
      for (const name of ['recover-runs', 'watch-rollouts', 'notify', 'prune', 'read-answers'] as const) {
        expect(await jobs.nextAt(name, name)).toBeDefined();
      }
      await config.update({ check_interval_minutes: 5 }, 'api');
      await until(async () => (await next()) === clock.now().getTime() + 300_000);
      await models.setMonitoring('coin', false);
      await config.update({ seed: 7 }, 'api');
      await until(async () => (await next()) === undefined);
    } finally {
      schedules.onModuleDestroy();
    }
  });
});

describe('the notify pump', () => {
  it('tells of an event as soon as it is appended, counts it, and says what failed', async () => {
    const told: number[] = [];
    const lines: string[] = [];
    const notifier = defineNotifier({
      name: 'spec',
      description: 'spec',
      parseOptions: (raw) => ({ ...raw }),
      notify: async ({ seq, type }) => {
        if (type === 'monitoring.stopped') throw new Error('refused');
        told.push(seq);
      },
    });
    const { config, events, deliveries, unitOfWork, clock, signals } = inMemory({
      config: { notifications: [{ use: 'spec', on: ['*'], with: {} }] },
    });
    const registry = new PluginRegistry([{ name: 'spec', notifiers: [notifier] }]);
    const notifying = new NotifyService(config, registry, events, deliveries, unitOfWork, clock, new NoVariables());
    const metrics = new Metrics();
    const pump = new NotifyPump(notifying, signals, metrics, logTo(lines));
    pump.onApplicationBootstrap();
    await pump.run();
    await unitOfWork.transaction(async () => {
      await events.append({ type: 'monitoring.started', payload: {}, model: 'coin', actor: 'api' });
      await signals.send({ kind: 'event_appended' });
    });
    await until(() => told.length === 1);
    await events.append({ type: 'monitoring.stopped', payload: {}, model: 'coin', actor: 'api' });
    await pump.run();
    await pump.beforeApplicationShutdown();
    const text = await metrics.registry.metrics();
    expect(text).toContain('retrain_notifications_total{backend="spec",result="delivered"} 1');
    expect(text).toContain('retrain_notifications_total{backend="spec",result="failed"} 1');
    expect(lines.join('')).toMatch(/WARN .*a notification failed; it is tried again backend=spec .*error=refused/);
  });
});
