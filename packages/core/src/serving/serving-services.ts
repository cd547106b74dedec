import { RegisterVersionService } from '../model/register-version.service.js';
import { RetrainingStatusService } from '../overview/retraining-status.service.js';
import { PerformanceService } from '../prediction/performance.service.js';
import { RecordOutcomesService } from '../prediction/record-outcomes.service.js';
import { ChampionHolder } from './champion-holder.service.js';
import { LiveState } from './live-state.service.js';
import { ServePredictionService } from './serve-prediction.service.js';

/** Services that answer, record and show: what a gateway needs beside the `decisionServices`. */
export const servingServices = [
  ChampionHolder,
  LiveState,
  ServePredictionService,
  RecordOutcomesService,
  PerformanceService,
  RegisterVersionService,
  RetrainingStatusService,
] as const;
