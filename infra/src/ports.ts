import { randomInt } from 'node:crypto';
import net from 'node:net';

/**
 * Inner servers take ports below Linux's ephemeral range (32768 up): a port kept for the next start must not be one
 * that the kernel hands to some outgoing connection meanwhile.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/** True when nothing listens on the port at the address, so that we could. */
export function portIsFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A free port on 127.0.0.1: the preferred one if it is free, else a random one, never one in `taken`.
 * Random, not counted up, so that systems starting at the same moment do not choose the same.
 */
export async function choosePort(preferred?: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  if (preferred && !taken.has(preferred) && (await portIsFree(preferred))) return preferred;
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (!taken.has(port) && (await portIsFree(port))) return port;
  }
  throw new Error(`no free port found on 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT}`);
}
