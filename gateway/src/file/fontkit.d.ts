/** What is used of fontkit, which has no types of its own: a font that pdfkit takes as it is. */
declare module 'fontkit' {
  export interface GlyphPosition {
    xAdvance: number;
    yAdvance: number;
    xOffset: number;
    yOffset: number;
  }
  export interface Run {
    glyphs: object[];
    positions: GlyphPosition[];
    /** Units of the font. */
    advanceWidth: number;
  }
  export interface Font {
    layout(text: string, features?: unknown): Run;
  }
  export function create(bytes: Uint8Array): Font;
}
