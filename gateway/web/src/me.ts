import { createContext, useContext } from 'react';
import type { Me } from './api/types';

export const MeContext = createContext<Me | undefined>(undefined);

/** Who is logged in. Only for what is shown inside the frame. */
export function useSelf(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('nobody is logged in here');
  return me;
}
