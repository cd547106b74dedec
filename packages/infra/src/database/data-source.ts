import { DataSource } from 'typeorm';
import { AddCircuits1764200000000 } from './migrations/add-circuits-1764200000000.js';
import { AddAliasLedger1764320000000 } from './migrations/add-alias-ledger-1764320000000.js';
import { AddApprovals1764310000000 } from './migrations/add-approvals-1764310000000.js';
import { AddDriftWatches1764100000000 } from './migrations/add-drift-watches-1764100000000.js';
import { AddJudgedChampions1764350000000 } from './migrations/add-judged-champions-1764350000000.js';
import { AddReferenceSamples1764360000000 } from './migrations/add-reference-samples-1764360000000.js';
import { AddOutcomesCoveringIndex1764900000000 } from './migrations/add-outcomes-covering-index-1764900000000.js';
import { AddRollouts1764800000000 } from './migrations/add-rollouts-1764800000000.js';
import { AddTrainingPieces1764400000000 } from './migrations/add-training-pieces-1764400000000.js';
import { CreateTables1764000000000 } from './migrations/create-tables-1764000000000.js';
import { AddVersionTallies1764810000000 } from './migrations/add-version-tallies-1764810000000.js';
import { AddVersionDeletion1764820000000 } from './migrations/add-version-deletion-1764820000000.js';
import { AddProbations1764710000000 } from './migrations/add-probations-1764710000000.js';
import { AddQuarantines1764700000000 } from './migrations/add-quarantines-1764700000000.js';
import { typeParsers } from './number-arrays.js';
import { configRevisionSchema, deliverySchema, eventSchema } from './schema/log.schema.js';
import { trainingPieceSchema } from './schema/pieces.schema.js';
import { aliasMoveSchema, aliasSchema, modelSchema, modelVersionSchema } from './schema/models.schema.js';
import { outcomeCorrectionSchema, outcomeSchema, predictionSchema, recordSchema } from './schema/predictions.schema.js';
import { armTallySchema, rolloutLookSchema, rolloutSchema } from './schema/rollouts.schema.js';
import { probationSchema, quarantineSchema, versionTallySchema } from './schema/probations.schema.js';
import {
  circuitSchema,
  approvalSchema,
  deploymentSchema,
  driftWatchSchema,
  trainingRunSchema,
  triggerEvaluationSchema,
} from './schema/runs.schema.js';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** Connections at most; default 10. */
  readonly poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

const schemas = [
  ...[modelSchema, modelVersionSchema, aliasSchema, aliasMoveSchema],
  ...[trainingPieceSchema],
  ...[circuitSchema, quarantineSchema, probationSchema, versionTallySchema],
  ...[trainingRunSchema, triggerEvaluationSchema, deploymentSchema, approvalSchema, driftWatchSchema],
  ...[rolloutSchema, rolloutLookSchema, armTallySchema],
  ...[predictionSchema, outcomeSchema, outcomeCorrectionSchema, recordSchema],
  ...[eventSchema, deliverySchema, configRevisionSchema],
];

/** The connection pool, the mapping of rows to core's objects, the migrations. Nothing ever changes the schema but a migration. */
export function createDataSource({ url, poolSize = 10, applicationName = 'retrain' }: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName,
    poolSize,
    connectTimeoutMS: 5000,
    extra: {
      types: typeParsers,
      // A connection that waits for nothing is given back: idle apps hold few.
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      // A process that hangs in the middle of a unit of work loses it: the others wait for its locks no longer than this.
      idle_in_transaction_session_timeout: 30_000,
      lock_timeout: 20_000,
      // Windows of one model are read by its index. A planner that believes in spinning disks, or in helpers for one query,
      // reads the rows of all models instead: two hundred models would cost forty thousand.
      options: '-c random_page_cost=1.1 -c max_parallel_workers_per_gather=0',
    },
    poolErrorHandler: () => undefined,
    installExtensions: false,
    synchronize: false,
    migrationsRun: false,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    entities: schemas,
    migrations: [
      CreateTables1764000000000,
      AddDriftWatches1764100000000,
      AddCircuits1764200000000,
      AddApprovals1764310000000,
      AddAliasLedger1764320000000,
      AddJudgedChampions1764350000000,
      AddReferenceSamples1764360000000,
      AddTrainingPieces1764400000000,
      AddQuarantines1764700000000,
      AddProbations1764710000000,
      AddRollouts1764800000000,
      AddVersionTallies1764810000000,
      AddVersionDeletion1764820000000,
      AddOutcomesCoveringIndex1764900000000,
    ],
    logging: false,
  });
}
