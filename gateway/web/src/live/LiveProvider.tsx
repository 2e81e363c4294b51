import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { apiUrl } from '../api/client';
import type { LiveEvents } from '../api/types';

type Name = keyof LiveEvents;
type Handler = (data: never) => void;
interface Live {
  listen(name: Name, handler: Handler): () => void;
  watch(mns: string[]): () => void;
}
const LiveContext = createContext<Live | undefined>(undefined);
const LiveOnContext = createContext(false);
const NAMES: Name[] = [
  'alarm',
  'task',
  'suspicion',
  'check',
  'complaint',
  'case',
  'rating',
  'notice',
  'link',
  'command',
  'reading',
  'ready',
  'end',
];
const MAX_WATCHED = 50;
/** A burst of facts (an import, many alarms at once) becomes one refetch of each area. */
const REFRESH_MS = 800;
const REOPEN_MS = 5000;

/**
 * One event stream for the whole console. What it tells makes the lists fetch again; pages may also listen themselves. The stream
 * replays nothing, so that after each reconnect everything shown is fetched again.
 */
export function LiveProvider({ onExpired, children }: { onExpired: () => void; children: ReactNode }) {
  const client = useQueryClient();
  const handlers = useRef(new Map<Name, Set<Handler>>());
  const watched = useRef(new Map<string, number>());
  const [watching, setWatching] = useState('');
  const [on, setOn] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const expired = useRef(onExpired);
  expired.current = onExpired;

  const live = useMemo<Live>(() => {
    const settle = () => setWatching([...watched.current.keys()].sort().slice(0, MAX_WATCHED).join(' '));
    return {
      listen(name, handler) {
        const set = handlers.current.get(name) ?? new Set();
        handlers.current.set(name, set.add(handler));
        return () => set.delete(handler);
      },
      watch(mns) {
        for (const mn of mns) watched.current.set(mn, (watched.current.get(mn) ?? 0) + 1);
        settle();
        return () => {
          for (const mn of mns) {
            const left = (watched.current.get(mn) ?? 1) - 1;
            if (left > 0) watched.current.set(mn, left);
            else watched.current.delete(mn);
          }
          settle();
        };
      },
    };
  }, []);

  useEffect(() => {
    const source = new EventSource(apiUrl('/events', { mn: watching ? watching.split(' ') : undefined }));
    let ready = 0;
    const due = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = (...areas: string[]) => {
      for (const area of areas) due.add(area);
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const area of due) void client.invalidateQueries({ queryKey: [area] });
        due.clear();
      }, REFRESH_MS);
    };
    for (const name of NAMES)
      source.addEventListener(name, (event) => {
        const data = JSON.parse((event as MessageEvent<string>).data) as LiveEvents[Name];
        for (const handler of handlers.current.get(name) ?? []) handler(data as never);
        if (name === 'alarm') refresh('alarms', 'map', 'file');
        if (name === 'task') refresh('tasks', 'notices-of', 'file');
        if (name === 'suspicion') refresh('fraud', 'file');
        if (name === 'check') refresh('checks', 'file');
        if (name === 'complaint') refresh('complaints', 'file');
        if (name === 'case') refresh('cases', 'notices-of', 'file');
        if (name === 'rating') refresh('credit', 'file');
        if (name === 'notice') refresh('notices', 'notices-of');
        if (name === 'link') refresh('links', 'device-states', 'map');
        if (name === 'command') refresh('commands');
        if (name === 'ready') {
          setOn(true);
          ready += 1;
          // the page fetched what it shows before the stream was there to tell what came since
          void client.invalidateQueries(ready > 1 || attempt > 0 ? {} : { queryKey: ['readings'] });
        }
        if (name === 'end' && (data as LiveEvents['end']).reason === 'expired') {
          source.close();
          expired.current();
        }
      });
    let again: ReturnType<typeof setTimeout> | undefined;
    source.onerror = () => {
      setOn(false);
      if (source.readyState !== EventSource.CLOSED) return; // it reconnects by itself
      void client.invalidateQueries({ queryKey: ['me'] }); // a refused stream often means that the session is over
      again = setTimeout(() => setAttempt((count) => count + 1), REOPEN_MS);
    };
    return () => {
      clearTimeout(again);
      clearTimeout(timer);
      source.close();
    };
  }, [watching, client, attempt]);

  return (
    <LiveContext value={live}>
      <LiveOnContext value={on}>{children}</LiveOnContext>
    </LiveContext>
  );
}

function useLiveContext(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('useLive needs a LiveProvider above it');
  return live;
}

export const useLiveOn = (): boolean => useContext(LiveOnContext);

/** Calls the handler with every live event of the name. */
export function useLive<N extends Name>(name: N, handler: (data: LiveEvents[N]) => void): void {
  const { listen } = useLiveContext();
  const current = useRef(handler);
  current.current = handler;
  useEffect(() => listen(name, (data: LiveEvents[N]) => current.current(data)), [listen, name]);
}

/** Has the readings of these devices sent as long as the page is open. */
export function useWatch(mns: string[]): void {
  const { watch } = useLiveContext();
  const key = mns.join(' ');
  useEffect(() => (key ? watch(key.split(' ')) : undefined), [watch, key]);
}
