import { RecordOutcomesService } from '../prediction/record-outcomes.service.js';
import { ArmTallies } from '../serving/arm-tallies.service.js';
import { ChampionHolder } from '../serving/champion-holder.service.js';
import { LiveState } from '../serving/live-state.service.js';
import { RolloutHolder } from '../serving/rollout-holder.service.js';
import { ScoreCounterparts } from '../serving/score-counterparts.service.js';
import { ServePredictionService, type ServedPrediction } from '../serving/serve-prediction.service.js';
import { tosses } from './coin-model.js';
import type { Installation } from './installation.js';

type Process = Installation['get'];

/** Callers of the model `coin`: they ask, and tell later how the coin fell. */
export class Traffic {
  private seed = 1_000;

  private constructor(
    private readonly coin: Installation,
    private readonly get: Process,
  ) {}

  /** Asks one gateway of the installation. */
  static async of(coin: Installation, get: Process = coin.get): Promise<Traffic> {
    const traffic = new Traffic(coin, get);
    await traffic.refresh();
    return traffic;
  }

  /** What a gateway does on a signal and by its poll. */
  async refresh(): Promise<void> {
    await this.get(ChampionHolder).refresh('coin');
    await this.get(RolloutHolder).refresh('coin');
    await this.get(LiveState).refresh('coin');
  }

  /** So many tosses of today: asked, scored twice and fallen. */
  async play(count: number): Promise<readonly ServedPrediction[]> {
    const { answers, tell } = await this.ask(count);
    await tell();
    return answers;
  }

  /** So many tosses of today: asked and scored twice; `tell` reports how they fell. */
  async ask(count: number) {
    await this.refresh();
    const start = this.coin.clock.now().toISOString();
    const seed = ++this.seed;
    const fallen = tosses(count, { seed, start, perDay: count, idPrefix: `t${seed}` });
    const instances = fallen.map(({ id, at, tilt }, index) => ({
      path: `instances.${index}`,
      input: { id, at, tilt },
    }));
    const answers = await this.get(ServePredictionService).execute('coin', instances);
    await this.get(ScoreCounterparts).idle();
    await this.get(ArmTallies).save();
    const tell = () => {
      const reports = fallen.map(({ side, at }, index) => {
        return { predictionId: answers[index]!.id, outcome: side, observedAt: new Date(at) };
      });
      return this.get(RecordOutcomesService).execute('coin', reports, 'api');
    };
    return { answers, tell };
  }
}
