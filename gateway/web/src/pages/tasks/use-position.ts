import { useCallback, useState } from 'react';
import type { Position } from '../../view/place';

export type Fix = Position & { accuracy: number };
/** Why the device gives no position: refused by the person, not to be had, or not within the time. */
export type NoFix = 'refused' | 'unavailable' | 'timeout';
const PATIENCE_MS = 20_000;

/** Asks the device once where it is (WGS 84). */
export function usePosition() {
  const [fix, setFix] = useState<Fix>();
  const [failure, setFailure] = useState<NoFix>();
  const [asking, setAsking] = useState(false);

  const ask = useCallback(() => {
    setFailure(undefined);
    if (!('geolocation' in navigator)) {
      setFailure('unavailable');
      return;
    }
    setAsking(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setAsking(false);
        setFix({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy });
      },
      (error) => {
        setAsking(false);
        setFix(undefined);
        setFailure(
          error.code === error.PERMISSION_DENIED ? 'refused' : error.code === error.TIMEOUT ? 'timeout' : 'unavailable',
        );
      },
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 0 },
    );
  }, []);
  return { fix, failure, asking, ask };
}
