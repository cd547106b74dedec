import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ArtifactStore,
  ChampionHolder,
  Deployments,
  LiveState,
  Models,
  RowReader,
  schemaHash,
  ScorerLoader,
  SetMonitoringService,
  type ModelDefinition,
  type ModelVersion,
  type Plugin,
} from '@retrain/core';
import { aModelVersion, aPromotion, coinModel } from '@retrain/core/testing';
import { CoreModule, createLogger, migrateQueue, openCore, openDatabase, readEnvironment } from '@retrain/infra';
import { createMigratedDatabase } from '@retrain/infra/testing';
import { FileRowReader, mlPlugin, OnnxScorerLoader, softmaxRegressionModel } from '@retrain/ml';
import { plugin as premierLeaguePlugin, premierLeague } from '@retrain/premier-league';
import { createGateway } from '../create-gateway.js';
import { ListenAddress } from '../http/listen-address.js';

const definitions: Readonly<Record<string, ModelDefinition>> = { 'premier-league': premierLeague, coin: coinModel };
const coin: Plugin = { name: 'testing', models: [coinModel] };

export interface GatewayOptions {
  /** YAML beside the two models: `premier-league` (the default) and `coin`. */
  readonly config?: string;
  readonly host?: string;
  /** Goes to the database by another way. */
  readonly link?: (url: string) => Promise<string>;
}

/**
 * A whole gateway on a database of its own: real rows, real ONNX, real HTTP stack.
 *
 * Its models have no champion until `promote` gives them one.
 */
export async function gatewayUnderTest({ config = '', host = '127.0.0.1', link }: GatewayOptions = {}) {
  const home = await mkdtemp(join(tmpdir(), 'retrain-gateway-'));
  await writeFile(join(home, 'config.yaml'), `${models(home)}\n${config}`);
  const database = await createMigratedDatabase();
  const clear = async () => {
    await database.drop();
    await rm(home, { recursive: true, force: true });
  };
  return startGateway(link ? await link(database.url) : database.url, home, host, clear);
}

/** One gateway process on a database and in a folder. */
async function startGateway(
  url: string,
  home: string,
  host: string,
  clear: () => Promise<void>,
): Promise<GatewayUnderTest> {
  const environment = readEnvironment('gateway', {
    DATABASE_URL: url,
    RETRAIN_HOME: home,
    RETRAIN_CONFIG: join(home, 'config.yaml'),
    QUEUE_BACKEND: 'postgres',
    LOG_LEVEL: 'silent',
  });
  await migrateQueue(environment.queue);
  Logger.overrideLogger(false);
  const logger = createLogger(environment);
  const { signal } = new AbortController();
  const onWait = () => undefined;
  const opened = await openDatabase({ url, applicationName: 'spec', signal, onWait });
  const parts = await openCore({
    environment,
    logger,
    database: opened,
    plugins: [mlPlugin, premierLeaguePlugin, coin],
  });
  const core = CoreModule.forRoot({
    parts,
    providers: [
      { provide: RowReader, useClass: FileRowReader },
      { provide: ScorerLoader, useClass: OnnxScorerLoader },
    ],
  });
  const closeParts = async () => {
    await parts.close();
    await opened.close();
    await clear();
  };
  const app = await createGateway(core, new ListenAddress(host, 0)).catch(async (error: unknown) => {
    await closeParts();
    throw error;
  });
  for (const [name, definition] of Object.entries(definitions)) await app.get(Models).ensure(name, definition.name);
  await app.init();
  await app.listen(0, '127.0.0.1');
  const close = async () => {
    await app.close();
    await closeParts();
  };
  const beside = () => startGateway(url, home, host, async () => undefined);
  return new GatewayUnderTest(app, await app.getUrl(), home, close, beside);
}

const models = (home: string) => `
training_data_path: quickstart:premier-league
training_data_until: 2016-08-01
monitoring_output_dir: ${join(home, 'reports')}
models:
  premier-league: { definition: premier-league }
  coin:
    definition: coin
    training_data_path: "quickstart:coin"
    model_path: models/coin.onnx
`;

/** What specs do with a gateway. */
export class GatewayUnderTest {
  constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    readonly home: string,
    readonly close: () => Promise<void>,
    /** Starts one more on the same database; it is to be closed first. */
    readonly beside: () => Promise<GatewayUnderTest>,
  ) {}

  get(url: string, headers: Record<string, string> = {}) {
    return this.send('GET', url, headers);
  }

  /** Posts a body as JSON; none when it is undefined. */
  post(url: string, body?: unknown, headers: Record<string, string> = {}) {
    if (body === undefined) return this.send('POST', url, headers);
    return this.send('POST', url, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));
  }

  /** Deletes, with a body as JSON unless it is undefined. */
  delete(url: string, body?: unknown) {
    if (body === undefined) return this.send('DELETE', url, {});
    return this.send('DELETE', url, { 'content-type': 'application/json' }, JSON.stringify(body));
  }

  async send(method: string, url: string, headers: Record<string, string>, body?: string | Uint8Array<ArrayBuffer>) {
    const answer = await fetch(new URL(url, this.url), { method, headers, body, redirect: 'manual' });
    const type = answer.headers.get('content-type') ?? '';
    const text = await answer.text();
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs read whatever came.
    const json: any = type.includes('json') && text !== '' ? JSON.parse(text) : undefined;
    return { status: answer.status, headers: answer.headers, text, type, body: json };
  }

  /** Registers a version whose classes have these log-odds whatever the features, and lets it answer. */
  async promote(model: string, logOdds: readonly number[]): Promise<ModelVersion> {
    const version = await this.register(model, artifactOf(model, logOdds));
    await this.appoint(model, version.version);
    await this.app.get(ChampionHolder).refresh(model);
    await this.app.get(LiveState).refresh(model);
    return version;
  }

  /** Stores bytes as a version, whatever they are. */
  async register(model: string, bytes: Uint8Array): Promise<ModelVersion> {
    const { runId: _, ...template } = aModelVersion();
    return this.app.get(Models).addVersion({
      ...template,
      model,
      artifact: await this.app.get(ArtifactStore).put(bytes),
      lineage: { ...template.lineage, schemaHash: schemaHash(definitions[model]!.schema) },
    });
  }

  async appoint(model: string, version: number): Promise<void> {
    const models = this.app.get(Models);
    const alias = await models.alias(model, 'champion');
    const appointed = (await models.version(model, version))!;
    const { id: deploymentId } = await this.app.get(Deployments).insert({ ...aPromotion(appointed), id: randomUUID() });
    await models.moveAlias({
      ...{ model, alias: 'champion', version, expectedRevision: alias?.revision ?? 0 },
      ...{ deploymentId, actor: 'system', reason: 'spec', asOf: new Date() },
    });
  }

  monitor(model: string, monitoring: boolean): Promise<boolean> {
    return this.app.get(SetMonitoringService).execute({ model, monitoring, actor: 'system' });
  }
}

/** An ONNX file of a model that answers the same whatever it is asked. */
export function artifactOf(model: string, logOdds: readonly number[]): Uint8Array {
  const { features } = definitions[model]!.schema;
  return softmaxRegressionModel({
    standardisation: { means: features.map(() => 0), scales: features.map(() => 1) },
    weights: logOdds.flatMap(() => features.map(() => 0)),
    intercepts: logOdds,
    lineage: {},
  });
}
