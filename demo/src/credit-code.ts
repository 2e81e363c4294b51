import { organisationCheckCharacter, usccCheckCharacter } from '@greenwatch/contracts';

/**
 * The credit code of a company (9 market supervision, 1 company) of a division, with its check characters (GB 32100-2015).
 * @param organisation 8 digits; firms registered since 2015 begin with MA, so plain digits from 0 on stay clear of them
 */
export function creditCode(division: string, organisation: string): string {
  const first = `91${division}${organisation}${organisationCheckCharacter(organisation)}`;
  return first + usccCheckCharacter(first);
}
