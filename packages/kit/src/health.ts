import { createServer, type Server } from 'node:http';

export interface Health {
  port: number;
  close(): Promise<void>;
}

/** `/livez`: the process works. `/readyz`: it can do its job; otherwise 503 with what is missing. */
export async function serveHealth(host: string, port: number, missing: () => Promise<string[]>): Promise<Health> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      if (request.url === '/livez') return response.writeHead(200).end('ok\n');
      if (request.url !== '/readyz') return response.writeHead(404).end();
      const absent = await missing();
      return absent.length === 0
        ? response.writeHead(200).end('ready\n')
        : response.writeHead(503).end(`not ready: ${absent.join(', ')}\n`);
    })();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
