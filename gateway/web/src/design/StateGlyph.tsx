import type { LiveState } from '../view/live-state';
import { stateColour } from './theme';

const OUTLINE: Record<LiveState, React.ReactNode> = {
  // octagon, triangle, diamond, square, crossed ring, barred ring, disc: told apart without colour
  urgent: (
    <>
      <path d="M6.2 1.5h7.6l4.7 4.7v7.6l-4.7 4.7H6.2l-4.7-4.7V6.2z" />
      <path d="M10 5.2v6.2M10 14.2v.6" stroke="#fff" strokeWidth="2.2" strokeLinecap="round" />
    </>
  ),
  high: (
    <>
      <path d="M10 1.8 19 17.6H1z" strokeLinejoin="round" />
      <path d="M10 7.6v4.6M10 14.6v.5" stroke="#fff" strokeWidth="2" strokeLinecap="round" />
    </>
  ),
  mid: <path d="M10 1.2 18.8 10 10 18.8 1.2 10z" />,
  low: <rect x="3" y="3" width="14" height="14" rx="2" />,
  offline: (
    <>
      <circle cx="10" cy="10" r="7.2" fill="#fff" strokeWidth="2.4" />
      <path d="M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4" strokeWidth="2.2" strokeLinecap="round" />
    </>
  ),
  stopped: (
    <>
      <circle cx="10" cy="10" r="7.2" fill="#fff" strokeWidth="2.4" />
      <path d="M6.4 10h7.2" strokeWidth="2.4" strokeLinecap="round" />
    </>
  ),
  normal: <circle cx="10" cy="10" r="7.4" />,
};

/** The sign of a live state: its own shape and its own colour. Decorative, so the word must stand beside it or in a label. */
export function StateGlyph({ state, size = 14 }: { state: LiveState; size?: number }) {
  const colour = stateColour[state];
  const bare = state === 'offline' || state === 'stopped';
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <g fill={colour} stroke={bare ? colour : '#fff'} strokeWidth={bare ? undefined : 0.8}>
        {OUTLINE[state]}
      </g>
    </svg>
  );
}
