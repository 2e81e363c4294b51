export { type Cell, type Column, cellName, type Heading, type Read, readHeading, readRow } from './columns';
export { day, number, ok, oneOf, pattern, plain, readDay, text } from './read-cell';
export { formatOf, readSheet, type SheetBounds, SheetRefused } from './sheet-reader';
export { makeTemplate } from './template';
