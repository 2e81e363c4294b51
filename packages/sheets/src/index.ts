export { type Cell, type Column, cellName, type Heading, type Read, readHeading, readRow } from './layout';
export { day, number, ok, oneOf, pattern, plain, readDay, text } from './read-cell';
export { formatOf, readSheet, type SheetBounds, SheetRefused } from './read-sheet';
export { type KeptSheetDoc, presentHead, type SheetDoc, sheetSchema } from './sheet.model';
export { sheetRows } from './sheet-rows';
export { type SheetKind, SheetWork } from './sheet-work';
export { sheetTemplate } from './template';
