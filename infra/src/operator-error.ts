/** Something the person at the keyboard can mend. Its message is the whole story: printed as one line, without a stack. */
export class OperatorError extends Error {
  override name = 'OperatorError';
}
