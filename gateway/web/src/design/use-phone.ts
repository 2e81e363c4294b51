import { useSyncExternalStore } from 'react';

const query = '(max-width: 767px)';

/** True at phone width: the same border as in styles.css. */
export const usePhone = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
