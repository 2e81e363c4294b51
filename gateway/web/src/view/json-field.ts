/** JSON as it stands in a text field; nothing for what is absent. */
export const jsonText = (value: unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value, null, 2);

/**
 * Reads a text field that holds a JSON object, or nothing.
 * @param name the key under which the object is given back; `value` when absent
 */
export function readJson(text: string | undefined, name = 'value'): Record<string, object> | { wrong: true } {
  if (text === undefined || text.trim() === '') return {};
  const value = parsed(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { [name]: value } : { wrong: true };
}

/** The value, undefined where the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
