import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { Answer, Fact, Facts, PageHead, Panel, Problem, Say } from '../../design/parts';
import { useSelf } from '../../me';
import { mayAsk } from '../../view/access';
import { isOpen } from '../../view/command';
import { formatTime } from '../../view/time';
import { currentBinding } from '../devices/marks';
import { devicePath, useDevice } from '../devices/queries';
import { OutletLink } from '../outlet/outlet-name';
import { Answers, AskedBy, CommandStateChip, Params } from './marks';
import { type Command, useCancel, useCommand, useCommandNames } from './queries';

function Steps({ steps }: { steps: Command['steps'] }) {
  const { t } = useTranslation();
  return (
    <ol className="timeline short" data-testid="command-steps">
      {steps.map(({ at, state, detail }) => (
        <li key={`${at} ${state} ${detail}`}>
          <time dateTime={at}>{formatTime(at, 'second').slice(5)}</time>
          <span className="dot">
            <i />
          </span>
          <div className="what">
            <h3>{t(`command.state.${state}`)}</h3>
            {detail && <p>{detail}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** What came back: single answers item by item, history among the outlet's readings. */
function Result({ command }: { command: Command }) {
  const { t } = useTranslation();
  const device = useDevice(command.mn);
  const outlet = device.data && currentBinding(device.data)?.outletId;
  if (command.answers.length > 0) return <Answers answers={command.answers} />;
  if (command.packets > 0) {
    return (
      <p>
        {t('command.packetsCame', { count: command.packets })} {outlet && <OutletLink id={outlet} />}
      </p>
    );
  }
  return <p className="muted">{t(isOpen(command) ? 'command.nothingYet' : 'command.nothingCame')}</p>;
}

function Detail({ command }: { command: Command }) {
  const { t } = useTranslation();
  const me = useSelf();
  const nameOf = useCommandNames();
  const cancel = useCancel(command.id);
  return (
    <>
      <PageHead
        crumbs={[
          ['/commands', t('device.page.commands')],
          [devicePath(command.mn), command.mn],
        ]}
        title={nameOf(command.command)}
        sub={<CommandStateChip state={command.state} />}
        actions={
          command.state === 'queued' &&
          mayAsk(me) && (
            <Button loading={cancel.isPending} onClick={() => cancel.mutate()} data-testid="command-cancel">
              {t('command.cancel')}
            </Button>
          )
        }
      />
      <Problem error={cancel.error} />
      {command.reason && <Say tone="warn">{command.reason}</Say>}
      <Panel title={t('command.outcome')} testId="command-result">
        <Result command={command} />
      </Panel>
      <Panel title={t('command.about')}>
        <Facts>
          <Fact label={t('device.mn')}>
            <Link className="mono" to={devicePath(command.mn)}>
              {command.mn}
            </Link>
          </Fact>
          <Fact label={t('command.askedBy')}>
            <AskedBy command={command} />
          </Fact>
          <Fact label={t('command.askedAt')}>{formatTime(command.askedAt, 'second')}</Fact>
          <Fact label={t('command.endedAt')}>{command.endedAt && formatTime(command.endedAt, 'second')}</Fact>
          <Fact label={t('command.expiresAt')}>{formatTime(command.expiresAt)}</Fact>
          <Fact label={t('command.params')} wide>
            {Object.keys(command.params).length > 0 ? <Params params={command.params} /> : undefined}
          </Fact>
          <Fact label="CN">{command.cn}</Fact>
          <Fact label={t('command.sends')}>{command.sends}</Fact>
          <Fact label={t('command.packets')}>{command.packets}</Fact>
          <Fact label="QnRtn / ExeRtn">
            {command.qnRtn ?? '–'} / {command.exeRtn ?? '–'}
          </Fact>
        </Facts>
        {command.sentText && (
          <>
            <h3 className="label" style={{ marginTop: 14 }}>
              {t('command.sentText')}
            </h3>
            <code className="raw" style={{ maxWidth: 'none' }}>
              {command.sentText}
            </code>
          </>
        )}
      </Panel>
      <Panel title={t('command.steps')}>
        <Steps steps={command.steps} />
      </Panel>
    </>
  );
}

export default function CommandPage() {
  const { id = '' } = useParams();
  const command = useCommand(id);
  return (
    <div className="page" data-testid="command" data-state={command.data?.state}>
      <Answer of={command}>{(data) => <Detail command={data} />}</Answer>
    </div>
  );
}
