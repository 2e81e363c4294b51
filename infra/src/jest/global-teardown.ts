import type { SharedServers } from './global-setup';

/** Ends what global-setup.ts started. Killed, not stopped: nobody needs the data, and it saves a second. */
export default async function stopSharedServers(): Promise<void> {
  for (const server of (globalThis as SharedServers).greenwatchTestServers ?? []) {
    const stopped = server.stop();
    server.kill('SIGKILL');
    await stopped;
  }
}
