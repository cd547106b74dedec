import {
  builtinPlugin,
  defineModel,
  KeepDriftWatch,
  PluginRegistry,
  profileFromJson,
  TriggerContexts,
  type ModelVersion,
} from '@retrain/core';
import { aConfig, CountingIds, FakeClock, MemoryConfigStore } from '@retrain/core/testing';
import { Database, pgAdapters } from '@retrain/infra';
import { timed } from './bar.js';
import { schemaOf } from './monitored-model.js';

// One process that checks a model's triggers on Postgres and tells what it cost:
// `node check-process.js <url> <model> <features> read|drift|check`.
const [url, model, features, work] = process.argv.slice(2) as [string, string, string, 'read' | 'drift' | 'check'];

const database = await Database.open({ url });
const clock = new FakeClock(new Date());
const rows = pgAdapters(database, url, clock, new CountingIds());
const definition = defineModel({
  name: 'bench',
  description: 'Many numbers',
  task: { kind: 'classification', classes: ['a', 'b'], ordered: true },
  schema: schemaOf(Number(features)),
} as unknown as Parameters<typeof defineModel>[0]);
const plugins = new PluginRegistry([builtinPlugin, { name: 'bench', models: [definition] }]);
const config = new MemoryConfigStore(aConfig({ models: { [model]: { definition: 'bench' } } }), clock);
const watches = new KeepDriftWatch(rows.watches, rows.predictions);
const contexts = new TriggerContexts(
  rows.models,
  rows.runs,
  rows.predictions,
  rows.records,
  watches,
  config,
  plugins,
  clock,
);

const idle = process.memoryUsage().rss;
const processor = process.cpuUsage();
const { result: verdicts, seconds } = await timed(work === 'read' ? read : check);
const { user, system } = process.cpuUsage(processor);
console.log(
  JSON.stringify({
    seconds,
    cpu_seconds: (user + system) / 1e6,
    peak_mb: process.resourceUsage().maxRSS / 1024,
    idle_mb: idle / 2 ** 20,
    verdicts,
  }),
);
await rows.signals.close();
await database.close();

/** Reads what is new, as happens between two checks. */
async function read(): Promise<readonly string[]> {
  const champion = (await rows.models.version(model, 1)) as ModelVersion;
  const reference = profileFromJson(champion.featureProfile);
  const start = { seq: 0, at: new Date(clock.now().getTime() - 3_600_000) };
  await watches.execute({ champion, reference, start, at: clock.now(), simulated: false });
  return [];
}

/** A check as the monitor makes it: what the triggers look at is read and judged; or only what drift looks at. */
async function check(): Promise<readonly string[]> {
  const context = await contexts.of((await rows.models.find(model))!, undefined);
  const said: string[] = [];
  for (const trigger of builtinPlugin.triggers!) {
    if (work === 'drift' && trigger.name !== 'data_drift') continue;
    const { verdict, n } = await trigger.evaluate(context, trigger.parseOptions({}));
    said.push(`${trigger.name}: ${verdict} (${n ?? '-'})`);
  }
  return said;
}
