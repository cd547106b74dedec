import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RowReader, ScorerLoader } from '@retrain/core';
import { runApp } from '@retrain/infra';
import { FileRowReader, mlPlugin, OnnxScorerLoader } from '@retrain/ml';
import { plugin as premierLeague } from '@retrain/premier-league';
import { MonitorModule } from './monitor.module.js';

await runApp({
  app: 'trigger-monitor',
  plugins: [mlPlugin, premierLeague],
  providers: [
    { provide: RowReader, useClass: FileRowReader },
    { provide: ScorerLoader, useClass: OnnxScorerLoader },
  ],
  create: (core) =>
    NestFactory.create<NestFastifyApplication>(MonitorModule.with(core), new FastifyAdapter(), { abortOnError: false }),
});
