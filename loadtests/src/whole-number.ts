import { OperatorError } from '@greenwatch/infra';

/** Reads an option of the command line. @throws OperatorError naming the option and what was expected */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new OperatorError(`--${option} is "${text}": a whole number from ${least} to ${most} is expected`);
  }
  return value;
}
