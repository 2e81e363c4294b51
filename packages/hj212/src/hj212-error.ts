/** Stable codes: what is refused is listed and counted by them. */
export type Hj212ErrorCode =
  | 'NO_MN'
  | 'NO_CN'
  | 'NO_CP'
  | 'BAD_FIELD'
  | 'NOT_UPLOAD'
  | 'NO_DATATIME'
  | 'BAD_DATATIME'
  | 'NO_VALUES'
  | 'BAD_VALUE';

/** A packet whose frame was right but whose content is not. `field` is the name of the field or item at fault, as sent. */
export class Hj212Error extends Error {
  override readonly name = 'Hj212Error';

  constructor(
    readonly code: Hj212ErrorCode,
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** A text from outside, shortened and quoted so that it can stand in a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
