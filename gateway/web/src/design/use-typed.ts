import { useEffect, useState } from 'react';

/** Letters typed within this time make one request. */
const TYPING_MS = 300;

/** The text of a search field, of which is asked for what was left standing for a moment. */
export function useTyped(
  asked: string,
  ask: (text: string) => void,
): [typed: string, setTyped: (text: string) => void] {
  const [typed, setTyped] = useState(asked);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (typed.trim() !== asked) ask(typed.trim());
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, asked, ask]);
  return [typed, setTyped];
}
