import type { SharedServers } from './global-setup';

/** Ends what global-setup.ts started. Killed, not stopped: nobody needs the data, and it saves a second. */
export default async function stopSharedServers(): Promise<void> {
  const servers = (globalThis as SharedServers).greenwatchTestServers ?? [];
  await Promise.all(servers.map((server) => server.stop('SIGKILL')));
}
