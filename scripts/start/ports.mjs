import { createServer } from 'node:net';
import { SetupError } from '../setup/command.mjs';

/** Throws a SetupError that names the first port which is in use or out of range, and how to choose another. */
export async function requireFreePorts(apps, host) {
  for (const { name, port, variable } of apps) {
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new SetupError(`${variable} has to be a port, 1 to 65535; it is "${process.env[variable]}".`);
    }
    const code = await listenOnce(port, host);
    if (code === 'EADDRINUSE') {
      throw new SetupError(
        `Port ${port}, wanted for ${name}, is in use (is retrain running already?). ` +
          `Free it, or choose another: ${variable}=${port + 100} npm start`,
      );
    }
    if (code) throw new SetupError(`Port ${port}, wanted for ${name}, cannot be used on ${host}: ${code}.`);
  }
}

function listenOnce(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
