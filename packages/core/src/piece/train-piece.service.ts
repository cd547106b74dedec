import { ConfigStore } from '../config/config-store.port.js';
import { Signals } from '../event/signals.port.js';
import { failureOf } from '../run/failure.js';
import { Fitting } from '../run/fitting.port.js';
import { Heartbeat } from '../run/heartbeat.js';
import { RunTiming } from '../run/run-timing.js';
import { ScorerLoader } from '../serving/scorer.port.js';
import { Clock } from '../shared/clock.port.js';
import { unprocessable } from '../shared/errors.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { encodeOutcome, fitPiece } from './fit-piece.js';
import { FittingSlots } from './fitting-slots.js';
import { Snapshots } from './snapshots.service.js';
import { toldPiece, type PieceResult, type TrainingPiece } from './training-piece.js';
import { TrainingPieces } from './training-pieces.port.js';

/** Another trainer holds the piece now, or nobody wants it any more. */
class PieceLost extends Error {
  constructor() {
    super('The piece is not wanted of this trainer any more.');
  }
}

/** Takes a piece of a run for this process, fits it and leaves the result on its row. */
@Service()
export class TrainPieceService {
  constructor(
    private readonly pieces: TrainingPieces,
    private readonly artifacts: ArtifactStore,
    private readonly snapshots: Snapshots,
    private readonly fitting: Fitting,
    private readonly loader: ScorerLoader,
    private readonly config: ConfigStore,
    private readonly slots: FittingSlots,
    private readonly signals: Signals,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly timing: RunTiming,
  ) {}

  /**
   * One delivery, which says that there is a piece for somebody: waits for a slot of this process, then does the piece whose
   * turn it is over all runs. As many deliveries as pieces do them all, in whatever order they arrive.
   */
  async execute(signal: AbortSignal): Promise<void> {
    const giveBack = await this.slots.take(signal);
    try {
      await this.claim(undefined, signal);
    } finally {
      giveBack();
    }
  }

  /**
   * Does the piece, or without one that whose turn it is, if it is to be had; the caller holds a slot. False when it is not.
   *
   * A piece that cannot be fitted is `failed` and that is no error here; rejects only when not even that could be written.
   * @param signal aborts when the process shuts down or the piece is not needed any more: it is put back.
   */
  async claim(wanted: string | undefined, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const token = this.ids.next();
    const now = this.clock.now();
    const leaseUntil = new Date(now.getTime() + this.timing.leaseMs);
    const piece = await (wanted === undefined
      ? this.pieces.claimNext(token, now, leaseUntil)
      : this.pieces.claim(wanted, token, now, leaseUntil));
    if (!piece) return false;
    const { id: pieceId } = piece;
    let progress = 0;
    const beat = (until: Date) => this.pieces.heartbeat(pieceId, token, until, progress);
    const held = { runId: piece.runId, leaseUntil, lost: new PieceLost(), beat };
    const heartbeat = new Heartbeat(held, this.signals, this.clock, this.timing);
    heartbeat.start(signal);
    try {
      const result = await this.fit(piece, heartbeat.signal, (fraction) => void (progress = fraction));
      heartbeat.signal.throwIfAborted();
      await this.pieces.complete(pieceId, token, this.clock.now(), result);
    } catch (error) {
      if (!heartbeat.signal.aborted)
        await this.pieces.fail(pieceId, token, this.clock.now(), failureOf(error, 'train'));
      else if (heartbeat.signal.reason !== held.lost) await this.pieces.handBack(pieceId, token);
    } finally {
      heartbeat.stop();
    }
    return true;
  }

  private async fit(
    { work, model, attempt }: TrainingPiece,
    signal: AbortSignal,
    onProgress: (fraction: number) => void,
  ): Promise<PieceResult> {
    if (attempt > this.timing.pieceClaims) {
      const told = `The fit of ${toldPiece(work)} was begun ${attempt - 1} times and never came to an end`;
      throw unprocessable('too_many_deliveries', `${told}: it is likely to end its trainer each time.`);
    }
    const { memory_mb: memoryMb, timeout_seconds: timeoutSeconds } = this.config.forModel(model).resources;
    const [dataset, initial] = await Promise.all([
      this.snapshots.dataset(work.snapshot),
      work.initial && this.artifacts.get(work.initial),
    ]);
    const limits = { memoryMb, timeoutSeconds };
    const { fitting, loader } = this;
    const fitted = await fitPiece(work, { fitting, loader, dataset, initial, limits, signal, onProgress });
    const outcome = await this.artifacts.put(encodeOutcome(fitted));
    return 'scores' in fitted ? { outcome } : { outcome, artifact: await this.artifacts.put(fitted.model.artifact) };
  }
}
