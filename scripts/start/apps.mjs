import { join } from 'node:path';
import { root } from '../setup/root.mjs';

const app = (name, variable, port) => ({
  name,
  main: join(root, 'apps', name, 'dist', 'main.js'),
  variable,
  port: Number(process.env[variable] || port),
});

/** The processes of the system, in the order in which they start. */
export const apps = [
  app('gateway', 'GATEWAY_PORT', process.env.PORT || 8000),
  app('trigger-monitor', 'TRIGGER_MONITOR_PORT', 8001),
  app('trainer', 'TRAINER_PORT', 8002),
];
