import type { TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { Query } from '../../api/client';
import { KeyedList } from '../../design/KeyedList';
import { formatTime } from '../../view/time';
import { devicePath } from '../devices/queries';
import { AnswerLine, AskedBy, CommandStateChip, Params } from './marks';
import { type Command, useCommandNames, useCommands } from './queries';

/** How it went: the answer, the number of packets of history, or why nothing came of it. */
function Outcome({ command }: { command: Command }) {
  const { t } = useTranslation();
  if (command.reason) return command.reason;
  if (command.answers.length > 0) return <AnswerLine answers={command.answers} />;
  if (command.packets > 0) return t('command.packetsCame', { count: command.packets });
  return <span className="muted">–</span>;
}

/** Commands, the newest first: what was asked, by whom, how far it is and what came of it. */
export function CommandList({ query }: { query: Query }) {
  const { t } = useTranslation();
  const commands = useCommands(query);
  const nameOf = useCommandNames();
  const columns: TableColumnsType<Command> = [
    { title: t('command.stateTitle'), render: (_, c) => <CommandStateChip state={c.state} /> },
    {
      title: t('command.what'),
      render: (_, c) => (
        <div style={{ maxWidth: 260, whiteSpace: 'normal' }}>
          <Link to={`/commands/${c.id}`} style={{ fontWeight: 500 }}>
            {nameOf(c.command)}
          </Link>
          <div className="row-note">
            {c.cn} <Params params={c.params} />
          </div>
        </div>
      ),
    },
    ...(query.mn === undefined
      ? [
          {
            title: t('device.mn'),
            render: (_: unknown, c: Command) => (
              <Link className="mono" to={devicePath(c.mn)}>
                {c.mn}
              </Link>
            ),
          },
        ]
      : []),
    {
      title: t('command.askedBy'),
      render: (_, c) => (
        <>
          <AskedBy command={c} />
          <div className="row-note">{formatTime(c.askedAt, 'second')}</div>
        </>
      ),
    },
    { title: t('command.sends'), align: 'right', render: (_, c) => c.sends },
    {
      title: t('command.outcome'),
      render: (_, c) => (
        <div style={{ maxWidth: 320, whiteSpace: 'normal' }}>
          <Outcome command={c} />
        </div>
      ),
    },
  ];
  return (
    <KeyedList
      of={commands}
      keyOf={(c) => c.id}
      columns={columns}
      to={(c) => `/commands/${c.id}`}
      row={(c) => (
        <>
          <div className="row-top">
            <CommandStateChip state={c.state} />
            <span className="muted" style={{ fontSize: 12.5 }}>
              {formatTime(c.askedAt, 'short')}
            </span>
          </div>
          <div className="row-title">{nameOf(c.command)}</div>
          {query.mn === undefined && <div className="row-note mono">{c.mn}</div>}
          <div className="row-note">
            <AskedBy command={c} /> · <Outcome command={c} />
          </div>
        </>
      )}
      empty={{ title: t('command.none') }}
      testId="commands"
    />
  );
}
