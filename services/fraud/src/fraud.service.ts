import { defineService } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';

export const fraudService = defineService({
  name: 'fraud',
  config: Type.Object({}),
  create() {
    return {};
  },
});
