import type { LiveEvents } from '@greenwatch/contracts';

/** An answer that is no success, with its status and body. */
export class ApiProblem extends Error {
  constructor(
    path: string,
    readonly status: number,
    body: string,
  ) {
    super(`${path.split('?')[0]}: ${status} ${body}`);
  }
}

/** The gateway's API as another system uses it, by key, or as somebody who has logged in. */
export class ApiClient {
  readonly #headers: Record<string, string>;

  /** @param credentials an API key, or the session of somebody who has logged in */
  constructor(
    private readonly base: string,
    credentials: string | { session: string },
  ) {
    this.#headers =
      typeof credentials === 'string'
        ? { authorization: `Bearer ${credentials}` }
        : { cookie: `gw_session=${credentials.session}` };
  }

  /** @throws Error with status and body when the log-in is refused */
  static async logIn(base: string, username: string, password: string): Promise<ApiClient> {
    const response = await fetch(new URL('/api/v1/sessions', base), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    const session = response.headers
      .getSetCookie()
      .map((cookie) => /^gw_session=([^;]+)/.exec(cookie)?.[1])
      .find((value) => value !== undefined);
    if (!response.ok || !session) {
      throw new Error(`${username} cannot log in at ${base}: ${response.status} ${await response.text()}`);
    }
    return new ApiClient(base, { session });
  }

  /** @throws ApiProblem when the answer is no success */
  async open(path: string, signal?: AbortSignal): Promise<Response> {
    return this.#succeeded(path, await fetch(this.#url(path), { headers: this.#headers, signal }));
  }

  /** @throws ApiProblem when the answer is no success */
  async post<T>(path: string, body: unknown): Promise<T> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    const response = await fetch(this.#url(path), { method: 'POST', headers, body: JSON.stringify(body) });
    return (await this.#succeeded(path, response)).json() as Promise<T>;
  }

  #url(path: string): URL {
    return new URL(`/api/v1${path}`, this.base);
  }

  async #succeeded(path: string, response: Response): Promise<Response> {
    if (!response.ok) throw new ApiProblem(path, response.status, await response.text());
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
