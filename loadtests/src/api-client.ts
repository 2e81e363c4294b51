import type { LiveEvents } from '@greenwatch/contracts';

/** The gateway's API as another system uses it: by key. */
export class ApiClient {
  constructor(
    private readonly base: string,
    private readonly key: string,
  ) {}

  /** @throws Error with status and body when the answer is no success */
  async open(path: string, signal?: AbortSignal): Promise<Response> {
    const headers = { authorization: `Bearer ${this.key}` };
    const response = await fetch(new URL(`/api/v1${path}`, this.base), { headers, signal });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async get<T>(path: string): Promise<T> {
    return (await this.open(path)).json() as Promise<T>;
  }

  /** Listens to the live events; resolves when the stream is open. @returns how to leave */
  async listen(heard: <K extends keyof LiveEvents>(event: K, data: LiveEvents[K]) => void): Promise<() => void> {
    const leaving = new AbortController();
    const { body } = await this.open('/events', leaving.signal);
    if (!body) throw new Error('the event stream has no body');
    void this.#read(body, heard).catch((error) => {
      if (!leaving.signal.aborted) throw error;
    });
    return () => leaving.abort();
  }

  async #read(
    body: AsyncIterable<Uint8Array>,
    heard: <K extends keyof LiveEvents>(event: K, data: LiveEvents[K]) => void,
  ): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const bytes of body) {
      const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
        const event = field('event') as keyof LiveEvents | undefined;
        if (event) heard(event, JSON.parse(field('data') ?? 'null'));
      }
    }
  }
}
