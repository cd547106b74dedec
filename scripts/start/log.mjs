import { createInterface } from 'node:readline';
import { apps } from './apps.mjs';

const width = Math.max(...apps.map(({ name }) => name.length));
const colours = [36, 35, 32];
const coloured = process.stdout.isTTY && !process.env.NO_COLOR;

/** Prints every line of a process behind its name. */
export function showLines(name, stream) {
  const label = prefix(name);
  createInterface({ input: stream }).on('line', (line) => console.log(label + line));
}

/** Prints a line of the starter itself about a process. */
export function say(name, text) {
  console.log(prefix(name) + text);
}

function prefix(name) {
  const label = `${name.padEnd(width)} | `;
  const index = apps.findIndex((app) => app.name === name);
  return coloured && index >= 0 ? `\u001b[${colours[index % colours.length]}m${label}\u001b[0m` : label;
}
