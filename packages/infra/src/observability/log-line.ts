const urlPassword = /(\w+:\/\/[^\s:@/"]*:)[^\s@/"]+@/g;

/** A line with the password of every address in it masked. */
export function concealed(line: string): string {
  return line.replace(urlPassword, '$1***@');
}

/** A JSON log line as text for people: time, level, where, message, and the other facts as `name=value`. */
export function textLine(line: string): string {
  const { time, level, app: _, context, msg, stack, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const clock = String(time).slice(11, 19);
  const where = context ? `[${String(context)}] ` : '';
  const rest = Object.entries(facts).map(([name, value]) => ` ${name}=${plain(value)}`);
  const trace = typeof stack === 'string' ? `\n${stack}` : '';
  return `${clock} ${String(level).toUpperCase().padEnd(5)} ${where}${String(msg ?? '')}${rest.join('')}${trace}\n`;
}

function plain(value: unknown): string {
  if (typeof value === 'string')
    return /^[^\s"=]+$/.test(value) || value.includes('\n') ? value : JSON.stringify(value);
  return JSON.stringify(value);
}
