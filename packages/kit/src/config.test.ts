import { Type } from '@sinclair/typebox';
import { ConfigError, readConfig } from './config';

const schema = Type.Object({
  PORT: Type.Integer({ minimum: 1, default: 80 }),
  NAME: Type.String({ minLength: 2 }),
  OPEN: Type.Boolean({ default: false }),
});

describe('readConfig', () => {
  it('reads numbers and booleans from text and fills in defaults', () => {
    expect(readConfig(schema, { NAME: 'ab', PORT: '8080', OPEN: 'true', OTHER: 'x' })).toEqual({
      NAME: 'ab',
      PORT: 8080,
      OPEN: true,
    });
    expect(readConfig(schema, { NAME: 'ab', PORT: '' })).toMatchObject({ PORT: 80 });
  });

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['a missing variable', {}, /^NAME is required$/m],
    ['a wrong number', { NAME: 'ab', PORT: 'eighty' }, /^PORT must be integer$/m],
    ['every wrong one at once', { NAME: 'a', PORT: '0' }, /PORT must be >= 1[\s\S]*NAME|NAME[\s\S]*PORT must be >= 1/],
  ])('names %s', (_name, env, expected) => {
    expect(() => readConfig(schema, env)).toThrow(ConfigError);
    expect(() => readConfig(schema, env)).toThrow(expected);
  });
});
