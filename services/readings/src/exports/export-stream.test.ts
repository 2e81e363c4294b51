import { Writable } from 'node:stream';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { write } from './export-stream';

/** A call whose parts are taken by `take`; grpc-js never calls back for what is written to one that was cancelled. */
function callThat(take: (taken: () => void) => void, cancelled = false) {
  const stream = new Writable({ objectMode: true, write: (_chunk, _encoding, taken) => take(taken) });
  return Object.assign(stream, { cancelled }) as unknown as ServerWritableStream<unknown, object>;
}
const never = () => {};

describe('a part of an export', () => {
  test('is waited for until it has gone', async () => {
    let take = never;
    let done = false;
    const writing = write(
      callThat((taken) => {
        take = taken;
      }),
      {},
    ).then(() => {
      done = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    take();
    await writing;
  });

  test('holds up nobody whose receiver had gone before', () => write(callThat(never, true), {}));

  test.each(['cancelled', 'close'])('holds up nobody whose receiver goes meanwhile: %s', async (event) => {
    const call = callThat(never);
    const writing = write(call, {});
    call.emit(event);
    await writing;
  });
});
