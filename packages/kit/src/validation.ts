import Ajv, { type ErrorObject, type Options } from 'ajv';
import addFormats from 'ajv-formats';

/** The one way JSON schemas are compiled: all errors at once, defaults filled in. */
export function ajv(options: Options = {}): Ajv {
  return addFormats(new Ajv({ allErrors: true, useDefaults: true, strict: false, ...options }));
}

export interface FieldError {
  field: string;
  expected: string;
}

/** Ajv's errors as field and expectation. */
export function describeErrors(errors: ErrorObject[] | null | undefined): FieldError[] {
  return (errors ?? []).map((error) => {
    const path = error.instancePath.slice(1).replaceAll('/', '.');
    const missing = error.keyword === 'required' ? String(error.params.missingProperty) : undefined;
    const unknown = error.keyword === 'additionalProperties' ? String(error.params.additionalProperty) : undefined;
    const name = missing ?? unknown;
    const field = name === undefined ? path || '(whole)' : path ? `${path}.${name}` : name;
    if (missing !== undefined) return { field, expected: 'is required' };
    if (unknown !== undefined) return { field, expected: 'is not known here' };
    const values = error.keyword === 'enum' ? `: ${(error.params.allowedValues as unknown[]).join(', ')}` : '';
    return { field, expected: `${error.message ?? 'is wrong'}${values}` };
  });
}
