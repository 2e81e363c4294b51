/** Codes of a division and of those above it, from the province down (GB/T 2260: two digits a level; 9 and 12 below the county). */
export function divisionPathOf(code: string): string[] {
  const six = code.slice(0, 6);
  const levels = [`${six.slice(0, 2)}0000`, `${six.slice(0, 4)}00`, six, code.slice(0, 9), code];
  return [...new Set(levels.filter((level) => level.length <= code.length))];
}
