/** 统一社会信用代码, unified social credit code (GB 32100-2015), and the organisation code inside it (GB 11714-1997). */

/** The 31 characters of GB 32100: no I, O, S, V, Z. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/** Check character of a credit code, from its first 17 characters, which must be of the alphabet. */
export function usccCheckCharacter(code: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += ALPHABET.indexOf(code.charAt(i)) * (WEIGHTS[i] as number);
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** Check character of an organisation code, from its first 8 characters. */
export function organisationCheckCharacter(code: string): string {
  let sum = 0;
  for (let i = 0; i < 8; i++)
    sum += ORGANISATION_ALPHABET.indexOf(code.charAt(i)) * (ORGANISATION_WEIGHTS[i] as number);
  const rest = 11 - (sum % 11);
  return rest === 10 ? 'X' : rest === 11 ? '0' : String(rest);
}

/** What is wrong with a credit code, as "expected …"; undefined when it is right. */
export function usccProblem(code: string): string | undefined {
  if (code.length !== 18) return 'expected 18 characters (GB 32100-2015)';
  for (const character of code) {
    if (!ALPHABET.includes(character)) return `expected only characters of ${ALPHABET}, got "${character}"`;
  }
  const organisation = organisationCheckCharacter(code.slice(8, 16));
  if (code.charAt(16) !== organisation) {
    return `expected the organisation code's check character ${organisation} in place 17 (GB 11714)`;
  }
  const check = usccCheckCharacter(code);
  if (code.charAt(17) !== check) return `expected the check character ${check} in place 18 (GB 32100-2015)`;
  return undefined;
}
