/** JSON as it stands in a text field; nothing for what is absent. */
export const jsonText = (value: unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value, null, 2);

/**
 * Reads a text field that holds a JSON object, or nothing.
 * @param name the key under which the object is given back; `value` when absent
 */
export function readJson(text: string | undefined, name = 'value'): Record<string, object> | { wrong: true } {
  if (text === undefined || text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { [name]: value };
  } catch {
    // told below, as any text that is no object
  }
  return { wrong: true };
}
