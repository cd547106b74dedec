import { withQuery, type ApiClient } from '../http/api-client.js';
import type { Round } from './fixtures.js';
import type { PlayedRun, Player } from './player.js';
import { figuresBySeason, figuresOf, type Figures } from './tally.js';

export interface ChampionSpan {
  readonly version: number;
  readonly since: string;
  readonly actor: string;
  readonly reason: string;
}

export interface ReplaySummary {
  readonly model: string;
  readonly predictions: number;
  readonly outcomes: number;
  /** Matches that the model refused to predict. */
  readonly refused: number;
  readonly checks: number;
  readonly overall: Figures;
  readonly seasons: readonly (Figures & { readonly season: string })[];
  readonly verdicts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly runs: readonly PlayedRun[];
  readonly champions: readonly ChampionSpan[];
}

/** What a replay did, read back from the system where the system knows it. */
export async function summaryOf(
  api: ApiClient,
  model: string,
  player: Player,
  rounds: readonly Round[],
): Promise<ReplaySummary> {
  return {
    model,
    predictions: player.scored.length,
    outcomes: player.outcomes,
    refused: player.refused.length,
    checks: rounds.length,
    overall: figuresOf(player.task, player.scored),
    seasons: figuresBySeason(player.task, player.scored),
    verdicts: player.verdicts,
    runs: player.runs,
    champions: await championSpans(api, model, rounds),
  };
}

interface AtAnswer {
  readonly version: number;
  readonly as_of: string;
  readonly actor: string;
  readonly reason: string;
}

/** Asks the registry, round by round, which version answered then. */
async function championSpans(api: ApiClient, model: string, rounds: readonly Round[]): Promise<ChampionSpan[]> {
  const spans: ChampionSpan[] = [];
  for (const { checkAt } of rounds) {
    const at = await api.get<AtAnswer>(
      withQuery(`/models/${encodeURIComponent(model)}/at`, { as_of: checkAt.toISOString() }),
    );
    if (spans.at(-1)?.version === at.version) continue;
    spans.push({ version: at.version, since: at.as_of, actor: at.actor, reason: at.reason });
  }
  return spans;
}
