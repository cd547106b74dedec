import { streamMessages } from './event-stream.js';

/** A body that comes in these parts. */
const bodyOf = (...parts: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });

const read = async (...parts: string[]) => {
  const messages = [];
  for await (const message of streamMessages(bodyOf(...parts))) messages.push(message);
  return messages;
};

describe('a stream of events', () => {
  it('is read message by message, wherever its parts are cut', async () => {
    const text = 'retry: 2000\nid: 3\n\nid: 4\nevent: run.started\ndata: {"attempt":1}\n\n: still here\n\n';
    const message = { event: 'run.started', id: '4', data: { attempt: 1 } };
    expect(await read(text)).toEqual([message]);
    expect(await read(...text)).toEqual([message]);
  });

  it('keeps colons in its data, and tells what has no id', async () => {
    const [message] = await read('event: run.progressed\ndata: {"stage":"a: b"}\n\n');
    expect(message).toEqual({ event: 'run.progressed', id: undefined, data: { stage: 'a: b' } });
  });
});
