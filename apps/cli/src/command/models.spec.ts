import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandFailed, exitCode } from '../exit-code.js';
import { buildProgram } from '../program.js';

/** What the gateway answers: `apps/gateway/src/model/delete.spec.ts` holds it to that. */
const answers: Record<string, { readonly status?: number; readonly body: object }> = {
  'GET /models': {
    body: { items: [{ name: 'coin', definition: 'coin', monitoring: true, champion: { version: 3 } }] },
  },
  'GET /models/coin': { body: { name: 'coin', definition: 'coin', monitoring: true, champion: { version: 3 } } },
  'GET /models/coin/versions?limit=50': {
    body: {
      items: [
        { version: 3, created_at: '2026-01-03', deleted_at: null, deleted_by: null, artifact: { sha256: 'cc' } },
        {
          version: 2,
          created_at: '2026-01-02',
          deleted_at: '2026-01-04',
          deleted_by: 'retention',
          artifact: { sha256: 'bb' },
        },
      ],
    },
  },
  'DELETE /models/coin/versions/2': { body: { version: 2, deleted_at: '2026-01-04', deleted_by: 'retention' } },
  'DELETE /models/coin/versions/3': {
    status: 409,
    body: { code: 'version_in_use', detail: 'Version 3 of "coin" cannot be deleted: it is the champion.' },
  },
};

let server: Server;
let asked: { readonly request: string; readonly body: string }[];
let printed: string;
const [out, err] = [process.stdout.write, process.stderr.write];

beforeEach(async () => {
  [asked, printed] = [[], ''];
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const name = `${request.method} ${request.url}`;
      asked.push({ request: name, body: Buffer.concat(parts).toString() });
      const { status = 200, body } = answers[name] ?? { status: 404, body: { detail: `nothing at ${name}` } };
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.stdout.write = (text: unknown) => Boolean((printed += String(text)));
  process.stderr.write = () => true;
});

afterEach(async () => {
  Object.assign(process.stdout, { write: out });
  Object.assign(process.stderr, { write: err });
  await new Promise((resolve) => server.close(resolve));
});

const retrain = (...words: string[]) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return buildProgram().parseAsync(['--url', url, '--model', 'coin', ...words], { from: 'user' });
};

describe('retrain models', () => {
  it('lists versions with who deleted them', async () => {
    await retrain('models', 'coin');
    expect(printed).toMatch(/2 .*2026-01-04 by retention/);
    expect(printed.split('\n').find((line) => /^\s*3 /.test(line))).not.toContain(' by ');
  });

  it('deletes a version with the reason, and says since when it is deleted', async () => {
    await retrain('models', 'delete', '2', '--reason', 'wrong feed');
    expect(asked.at(-1)).toEqual({ request: 'DELETE /models/coin/versions/2', body: '{"reason":"wrong feed"}' });
    expect(printed).toContain('coin: version 2 is deleted since 2026-01-04.');
    printed = '';
    await retrain('--json', 'models', 'delete', '2', '--reason', 'wrong feed');
    expect(JSON.parse(printed)).toMatchObject({ version: 2, deleted_by: 'retention' });
  });

  it('refuses with the reason and its own exit code what is in use', async () => {
    const failure = await retrain('models', 'delete', '3', '--reason', 'x').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandFailed);
    expect(failure).toMatchObject({ code: exitCode.refused, message: expect.stringContaining('is the champion') });
  });

  it('asks for a reason and for a number before it asks the gateway', async () => {
    await expect(retrain('models', 'delete', '2')).rejects.toMatchObject({
      code: 'commander.missingMandatoryOptionValue',
    });
    for (const word of ['two', '0', '1.5']) {
      await expect(retrain('models', 'delete', word, '--reason', 'x')).rejects.toMatchObject({
        code: exitCode.usage,
        message: `"${word}" is no version: give a whole number from 1 up.`,
      });
    }
    await expect(retrain('rollback', '--to', 'two')).rejects.toMatchObject({ code: exitCode.usage });
    await expect(retrain('promote', 'two')).rejects.toBeInstanceOf(CommandFailed);
    expect(asked.filter(({ request }) => !request.startsWith('GET'))).toEqual([]);
  });
});
