import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel, Provenance, Say } from '../../design/parts';

export type Part<T> = { source: string; at: string; available: boolean; reason?: string; data?: T };

/** A part of the file: what it holds with its source and time, or that it is missing and why. */
export function FilePart<T>(props: {
  title: string;
  part: Part<T>;
  name: string;
  flush?: boolean;
  children: (data: T) => ReactNode;
}) {
  const { t } = useTranslation();
  const { part, title } = props;
  return (
    <Panel
      title={title}
      extra={<Provenance source={part.source} at={part.at} />}
      flush={props.flush}
      testId={`file-${props.name}`}
    >
      {part.available && part.data !== undefined ? (
        props.children(part.data)
      ) : (
        <div style={props.flush ? { padding: '6px 14px 10px' } : undefined}>
          <Say tone="warn" testId={`missing-${props.name}`}>
            {t('file.missing', { part: title })}
            {part.reason && <div className="row-note">{part.reason}</div>}
          </Say>
        </div>
      )}
    </Panel>
  );
}
