import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { Device } from '../../api/types';
import { Answer, Panel } from '../../design/parts';
import { useSelf } from '../../me';
import { mayAsk } from '../../view/access';
import { CommandForm } from './CommandForm';
import { CommandList } from './CommandList';
import { useKinds } from './queries';

/** Commands to one device: the form for whoever may ask, and the newest ones below it, live. */
export function CommandPanel({ device }: { device: Device }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const me = useSelf();
  const kinds = useKinds(device.edition);
  return (
    <Panel
      title={t('command.title')}
      extra={<Link to={`/commands?mn=${encodeURIComponent(device.mn)}`}>{t('command.all')}</Link>}
      flush
      testId="device-commands"
    >
      {mayAsk(me) && (
        <div style={{ padding: '4px 14px 14px' }}>
          <Answer of={kinds}>
            {(known) => (
              <CommandForm mn={device.mn} kinds={known} onAsked={() => void message.success(t('command.asked'))} />
            )}
          </Answer>
        </div>
      )}
      <CommandList query={{ mn: device.mn, limit: 10 }} />
    </Panel>
  );
}
