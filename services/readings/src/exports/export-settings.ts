import { type Static, Type } from '@sinclair/typebox';

/** Exports that are made ahead. */
export const exportSettings = {
  EXPORT_KEEP_DAYS: Type.Integer({
    minimum: 1,
    default: 7,
    description: 'after which the file of an export is deleted',
  }),
  EXPORT_PART_MOMENTS: Type.Integer({
    minimum: 1_000,
    default: 50_000,
    description: 'moments in one part of a file: some megabytes, and what a kill has done again',
  }),
};

const Settings = Type.Object(exportSettings);
export type ExportSettings = Static<typeof Settings>;
