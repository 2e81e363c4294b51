import { defineService } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';

export const creditService = defineService({
  name: 'credit',
  config: Type.Object({}),
  create() {
    return {};
  },
});
