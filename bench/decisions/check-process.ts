import {
  builtinPlugin,
  defineModel,
  judgeTriggers,
  KeepDriftWatch,
  PluginRegistry,
  TriggerContexts,
} from '@retrain/core';
import { aConfig, CountingIds, FakeClock, MemoryArtifactStore, MemoryConfigStore } from '@retrain/core/testing';
import { Database, pgAdapters } from '@retrain/infra';
import { answer } from './answers.js';
import { timed } from '../bar.js';
import { schemaOf } from './monitored-model.js';

// One process that checks a model's triggers on Postgres and tells what it cost, all of it new, after reading ahead, or in
// the middle of its life: `node check-process.js <url> <model> <features> cold|ahead|warm`.
const [url, model, features, state] = process.argv.slice(2) as [string, string, string, 'cold' | 'ahead' | 'warm'];

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
  rows.evaluations,
  new MemoryArtifactStore(),
  config,
  plugins,
  clock,
);

const idle = process.memoryUsage().rss;
const found = (await rows.models.find(model))!;
const ahead = state === 'ahead' ? await timed(() => contexts.readAhead(found)) : undefined;
for (let round = 0; state === 'warm' && round < 4; round++) {
  await check();
  await answer(database, model, { rows: 1_000, features: Number(features), outcomes: 1_000 });
}
const processor = process.cpuUsage();
const { result: verdicts, seconds } = await timed(check);
const { user, system } = process.cpuUsage(processor);
console.log(
  JSON.stringify({
    seconds,
    ahead_seconds: ahead?.seconds,
    cpu_seconds: (user + system) / 1e6,
    peak_mb: process.resourceUsage().maxRSS / 1024,
    idle_mb: idle / 2 ** 20,
    verdicts,
  }),
);
await rows.signals.close();
await database.close();

/** A check as the monitor makes it: what the triggers look at is read and judged. */
async function check(): Promise<readonly string[]> {
  const context = await contexts.of(found, undefined);
  const verdicts = await judgeTriggers(context, plugins.triggers);
  return verdicts.map(({ trigger, verdict, n }) => `${trigger}: ${verdict} (${n ?? '-'})`);
}
