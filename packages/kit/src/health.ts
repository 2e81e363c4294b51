import { createServer, type Server } from 'node:http';

export interface Health {
  port: number;
  close(): Promise<void>;
}

export interface HealthQuestions {
  /** What is missing to do the job; nothing: it is ready. */
  missing(): Promise<string[]>;
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
}

/** `/livez`: the process works. `/readyz`: it can do its job; otherwise 503 with what is missing. `/metrics`: its figures. */
export async function serveHealth(host: string, port: number, questions: HealthQuestions): Promise<Health> {
  const answers: Record<string, () => Promise<[status: number, text: string]>> = {
    '/livez': async () => [200, 'ok\n'],
    '/readyz': async () => {
      const absent = await questions.missing();
      return absent.length === 0 ? [200, 'ready\n'] : [503, `not ready: ${absent.join(', ')}\n`];
    },
    '/metrics': async () => [200, await questions.metrics()],
  };
  const server: Server = createServer((request, response) => {
    const answer = answers[request.url?.split('?')[0] ?? ''] ?? (async () => [404, ''] as [number, string]);
    answer().then(
      ([status, text]) =>
        response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      (error: unknown) => response.writeHead(500).end(`${(error as Error).message}\n`),
    );
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
