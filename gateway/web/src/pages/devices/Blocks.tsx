import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { Answer, Blank, Problem } from '../../design/parts';
import { useSelf } from '../../me';
import { supervises } from '../../view/access';
import { formatTime } from '../../view/time';
import { type DeviceBlock, devicePath, useBlocks, useDeviceCommand } from './queries';

/** What is blocked after repeated wrong passwords; of one device, or everything the caller sees. */
export function Blocks({ mn }: { mn?: string }) {
  const { t } = useTranslation();
  const blocks = useBlocks();
  return (
    <Answer of={blocks}>
      {({ items }) => {
        const shown = mn === undefined ? items : items.filter((block) => block.mn === mn);
        if (shown.length === 0) {
          return mn === undefined ? (
            <Blank title={t('device.noBlocks')}>{t('device.noBlocksText')}</Blank>
          ) : (
            <p className="muted" style={{ padding: 12 }}>
              {t('device.noBlocks')}
            </p>
          );
        }
        return (
          <ul className="rows" data-testid="blocks">
            {shown.map((block) => (
              <Block key={`${block.address} ${block.mn}`} block={block} named={mn === undefined} />
            ))}
          </ul>
        );
      }}
    </Answer>
  );
}

function Block({ block, named }: { block: DeviceBlock; named: boolean }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const me = useSelf();
  const lift = useDeviceCommand<{ lifted: boolean }>('/devices/blocks/lift');
  const { address, mn, until } = block;
  return (
    <li className="row" style={{ cursor: 'default' }}>
      <div className="row-top">
        <span className="mono">{address}</span>
        {supervises(me) && (
          <Button
            size="small"
            loading={lift.isPending}
            onClick={() =>
              void modal.confirm({
                title: t('device.liftTitle'),
                content: [address, mn].filter(Boolean).join(' · '),
                onOk: () => lift.mutate({ address, ...(mn === undefined ? {} : { mn }) }),
              })
            }
            data-testid="lift"
          >
            {t('device.lift')}
          </Button>
        )}
      </div>
      {named && (
        <div className="row-title">
          {mn ? (
            <Link to={devicePath(mn)} className="mono">
              {mn}
            </Link>
          ) : (
            t('device.wholeAddress')
          )}
        </div>
      )}
      <div className="row-note">{t('device.blockedUntil', { at: formatTime(until, 'second') })}</div>
      <Problem error={lift.error} />
    </li>
  );
}
