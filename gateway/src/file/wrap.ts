/**
 * What a line may not be broken within: a word in Latin letters or digits, or one character; with opening marks before it,
 * closing marks and spaces behind it (the rules of Chinese setting: no line begins with a closing mark).
 */
const UNIT =
  /[（〔「『【《“‘([{]*(?:[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u{20000}-\u{3ffff}]+|.)[，。、；：！？）〕」』】》”’)\]}%]*\s*/gsu;

/**
 * Breaks a text into lines that are no wider than asked. Nothing is left out: the lines joined are the text (a line feed
 * becomes a space), so that what is copied from the page is the text, too.
 * @param width in the unit of `widthOf`; a single character may be wider
 * @param widthOf width of a piece of text, spaces at its end left out
 */
export function wrap(text: string, width: number, widthOf: (piece: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const take = (piece: string) => {
    const own = widthOf(piece.trimEnd());
    if (line !== '' && used + own > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += piece;
    used += piece.endsWith(' ') ? widthOf(piece) : own;
  };
  for (const unit of text.replace(/\n/g, ' ').match(UNIT) ?? []) {
    // A word that no line holds is broken anywhere.
    if (widthOf(unit.trimEnd()) > width) for (const character of unit) take(character);
    else take(unit);
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}
