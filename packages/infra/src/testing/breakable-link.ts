import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be cut and mended: what a network does when it fails. */
export class BreakableLink {
  private readonly sockets = new Set<Socket>();
  private broken = false;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    /** The same address through this link. */
    readonly url: string,
  ) {}

  /** @param url address of the server, with host and port. */
  static async to(url: string): Promise<BreakableLink> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const through = new URL(url);
    through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const link = new BreakableLink(server, through.href);
    server.on('connection', (socket) => link.join(socket, connect(Number(port), hostname)));
    return link;
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.broken = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.broken = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    if (this.broken) near.destroy();
  }
}
