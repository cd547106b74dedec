/** One line on standard error that is written over; silent where nobody watches (no terminal, or JSON asked for). */
export class LiveLine {
  constructor(
    private readonly enabled: boolean,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {}

  show(text: string): void {
    if (this.enabled && this.stream.isTTY) this.stream.write(`\r\x1b[2K${text}`);
  }

  /** Clears the line, so that ordinary ones can follow. */
  clear(): void {
    if (this.enabled && this.stream.isTTY) this.stream.write('\r\x1b[2K');
  }
}
