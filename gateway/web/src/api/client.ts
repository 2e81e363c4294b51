import type { Problem } from './types';

/** What the API refused, with its problem document; `code` `network` stands for no answer at all. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
  }
  get code(): string {
    return this.problem.code;
  }
  get status(): number {
    return this.problem.status;
  }
}

export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

/** Path and query of an API call; arrays repeat their name, absent values are left out, `+` in times is escaped. */
export function apiUrl(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    for (const each of Array.isArray(value) ? value : [value]) params.append(name, String(each));
  }
  const text = params.toString();
  return `/api/v1${path}${text ? `?${text}` : ''}`;
}

const sessionLost = new Set<() => void>();
/** Calls back whenever an answer says that nobody is logged in any more. Returns the way to stop. */
export function onSessionLost(listener: () => void): () => void {
  sessionLost.add(listener);
  return () => sessionLost.delete(listener);
}

/** The problem that a refused answer carries; a body that is no problem document (a proxy's page) becomes one. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body === 'object' && body !== null && 'code' in body && 'status' in body) return body as Problem;
  return {
    type: 'about:blank',
    title: `HTTP ${status}`,
    status,
    detail: '',
    code: status >= 500 ? 'internal' : 'invalid',
  };
}

function refuse(status: number, body: unknown): never {
  const problem = problemOf(status, body);
  if (problem.code === 'unauthenticated' || problem.code === 'session-expired')
    for (const listener of sessionLost) listener();
  throw new ApiError(problem);
}

const networkProblem = (detail: string): Problem => ({
  type: 'about:blank',
  title: 'no answer',
  status: 0,
  detail,
  code: 'network',
});

/**
 * Calls the API as the logged-in person (session cookie).
 * @throws {ApiError} with the problem document of the refusal
 */
export async function api<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  options: { query?: Query; body?: object; signal?: AbortSignal } = {},
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path, options.query), {
      method,
      credentials: 'same-origin',
      headers: options.body ? { 'content-type': 'application/json' } : undefined,
      body: options.body ? JSON.stringify(options.body) : undefined,
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(networkProblem(error instanceof Error ? error.message : ''));
  }
  if (response.status === 204) return undefined as T;
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) refuse(response.status, body);
  return body as T;
}

/**
 * Sends one photo as multipart and reports how much of it has left (0 to 1). XMLHttpRequest, since fetch tells no progress.
 * @throws {ApiError}
 */
export const uploadPhoto = <T>(
  path: string,
  photo: File,
  onProgress: (share: number) => void,
  fields: Record<string, string> = {},
): Promise<T> => uploadFile(path, 'photo', photo, onProgress, fields);

/** The same for a file under another name of its part. */
export function uploadFile<T>(
  path: string,
  name: string,
  file: File,
  onProgress: (share: number) => void,
  fields: Record<string, string> = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', apiUrl(path));
    request.responseType = 'json';
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onerror = () => reject(new ApiError(networkProblem('')));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve(request.response as T);
      try {
        refuse(request.status, request.response);
      } catch (error) {
        reject(error);
      }
    };
    const form = new FormData();
    // the server reads fields that come before the file
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    form.append(name, file, file.name);
    request.send(form);
  });
}
