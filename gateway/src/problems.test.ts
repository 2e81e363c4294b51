import { DomainError, invalid, notFound } from '@greenwatch/kit';
import { Errors } from 'moleculer';
import { problemOf, ValidationProblem } from './problems';

describe('problemOf (RFC 9457)', () => {
  test('a DomainError keeps status, message and what it says of fields', () => {
    expect(problemOf(notFound('enterprise', 'e9'))).toEqual({
      type: 'urn:greenwatch:problem:not-found',
      title: 'Not found',
      status: 404,
      detail: 'There is no enterprise e9 here.',
      code: 'not-found',
    });
    expect(problemOf(invalid('outletId', 'must exist'))).toMatchObject({
      status: 422,
      code: 'invalid',
      errors: [{ field: 'outletId', expected: 'must exist' }],
    });
  });

  test('a DomainError that crossed Moleculer is still one', () => {
    const crossed = Object.assign(new Error('no'), { name: 'DomainError', code: 409, type: 'TASK_CLOSED', data: {} });
    expect(problemOf(crossed)).toMatchObject({ status: 409, code: 'task-closed', detail: 'no' });
  });

  test.each([
    ['absent', new Errors.ServiceNotFoundError({ action: 'rules.alarm.list' })],
    ['not available', new Errors.ServiceNotAvailableError({ action: 'rules.alarm.list' })],
    ['too slow', new Errors.RequestTimeoutError({ action: 'rules.alarm.list' })],
    ['overloaded', new Errors.QueueIsFullError({ action: 'rules.alarm.list', nodeID: 'x' })],
  ])('a service that is %s gives 503 with its name', (_, error) => {
    expect(problemOf(error)).toMatchObject({ status: 503, code: 'service-unavailable', service: 'rules' });
  });

  test('a field that is wrong is named', () => {
    const error = new ValidationProblem([{ field: 'query.limti', expected: 'is not known here' }]);
    expect(problemOf(error)).toMatchObject({ status: 400, detail: 'query.limti is not known here' });
  });

  test('what nobody planned for has no problem of its own: it must not be told', () => {
    expect(problemOf(new TypeError('secret'))).toBeUndefined();
    expect(problemOf(new DomainError('X', '', 503, { service: 'rules' }))).toMatchObject({ service: 'rules' });
  });
});
