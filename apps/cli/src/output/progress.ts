/** A one-line progress bar on standard error; silent where nobody watches (no terminal, or JSON asked for). */
export class Progress {
  private done = 0;
  private lastDrawn = 0;
  private readonly startedAt = Date.now();

  constructor(
    private readonly total: number,
    private readonly enabled: boolean,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {}

  advance(note: string, by = 1): void {
    this.done = Math.min(this.total, this.done + by);
    if (!this.enabled || !this.stream.isTTY) return;
    if (Date.now() - this.lastDrawn < 50 && this.done < this.total) return;
    this.lastDrawn = Date.now();
    this.stream.write(`\r\x1b[2K${renderBar(this.done, this.total, Date.now() - this.startedAt)} ${note}`);
  }

  /** Clears the bar, so that ordinary lines can follow. */
  clear(): void {
    if (this.enabled && this.stream.isTTY) this.stream.write('\r\x1b[2K');
  }
}

/** `████░░  12/38  32 %  ETA 14 s`. */
export function renderBar(done: number, total: number, elapsedMs: number): string {
  const width = 24;
  const fraction = total === 0 ? 1 : done / total;
  const filled = Math.round(fraction * width);
  const eta = done === 0 ? '' : `  ETA ${Math.round((elapsedMs / done) * ((total - done) / 1000))} s`;
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}  ${done}/${total}  ${Math.round(fraction * 100)} %${eta}`;
}
