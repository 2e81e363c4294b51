import { apiUrl, problemOf } from './client';

describe('apiUrl', () => {
  it('escapes the plus of a zone, repeats arrays and leaves absent values out', () => {
    expect(
      apiUrl('/readings', { mn: ['A', 'B'], from: '2026-01-01T00:00:00+08:00', after: undefined, q: '', open: false }),
    ).toBe('/api/v1/readings?mn=A&mn=B&from=2026-01-01T00%3A00%3A00%2B08%3A00&open=false');
  });
  it('gives the bare path without a query', () => {
    expect(apiUrl('/me')).toBe('/api/v1/me');
  });
});

describe('problemOf', () => {
  it('takes a problem document as it is (RFC 9457)', () => {
    const problem = { type: 'x', title: 't', status: 409, detail: 'd', code: 'conflict' };
    expect(problemOf(409, problem)).toBe(problem);
  });
  it('makes one of a body that is none, such as a proxy page', () => {
    expect(problemOf(502, undefined)).toMatchObject({ status: 502, code: 'internal', title: 'HTTP 502' });
    expect(problemOf(418, { message: 'teapot' })).toMatchObject({ status: 418, code: 'invalid' });
  });
});
