/** What the caller of ours got wrong: `field` is the name of the value at fault, the message says what was expected. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}
