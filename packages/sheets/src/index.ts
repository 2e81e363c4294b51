export { type Cell, type Column, cellName, type Heading, type Read, readHeading, readRow } from './layout';
export { day, number, ok, oneOf, pattern, plain, readDay, text } from './read-cell';
export { formatOf, readSheet, type SheetBounds, SheetRefused } from './read-sheet';
export { type ReceivedSheet, receiveSheet } from './receive-sheet';
export { mayBegin, sheetIdOf, uploadedBefore } from './sheet-life';
export { sheetRows } from './sheet-rows';
export { sheetTemplate } from './template';
