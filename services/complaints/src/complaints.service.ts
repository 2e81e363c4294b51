import { defineService } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';

export const complaintsService = defineService({
  name: 'complaints',
  config: Type.Object({}),
  create() {
    return {};
  },
});
