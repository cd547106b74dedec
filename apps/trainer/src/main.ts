import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Fitting, RowReader, ScorerLoader } from '@retrain/core';
import { PluginModules, runApp } from '@retrain/infra';
import { ChildProcessFitting, FileRowReader, mlPlugin, OnnxScorerLoader } from '@retrain/ml';
import { plugin as premierLeague } from '@retrain/premier-league';
import { TrainerModule } from './trainer.module.js';

await runApp({
  app: 'trainer',
  plugins: [mlPlugin, premierLeague],
  providers: [
    { provide: RowReader, useClass: FileRowReader },
    { provide: ScorerLoader, useClass: OnnxScorerLoader },
    {
      provide: Fitting,
      useFactory: ({ addresses }: PluginModules) => new ChildProcessFitting({ modules: addresses }),
      inject: [PluginModules],
    },
  ],
  create: (core, { fits }) =>
    NestFactory.create<NestFastifyApplication>(TrainerModule.with(core, fits), new FastifyAdapter(), {
      abortOnError: false,
    }),
});
