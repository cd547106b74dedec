import 'reflect-metadata';
import { RowReader, ScorerLoader } from '@retrain/core';
import { runApp } from '@retrain/infra';
import { FileRowReader, mlPlugin, OnnxScorerLoader } from '@retrain/ml';
import { plugin as premierLeague } from '@retrain/premier-league';
import { createGateway } from './create-gateway.js';
import { ListenAddress } from './http/listen-address.js';

await runApp({
  app: 'gateway',
  plugins: [mlPlugin, premierLeague],
  providers: [
    { provide: RowReader, useClass: FileRowReader },
    { provide: ScorerLoader, useClass: OnnxScorerLoader },
  ],
  create: (core, { host, port }) => createGateway(core, new ListenAddress(host, port)),
});
