import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router-dom';
import { Answer, Blank, Panel } from '../../design/parts';
import { CellErrors, FirstOnly, ItemChip, ItemFilter, SheetDetail } from '../../design/sheets';
import { DEVICE_SHEETS, type DeviceSheet, type DeviceSheetPage as Page, useDeviceSheet } from './queries';

function Rows({ page }: { page: Page }) {
  const { t } = useTranslation();
  if (page.items.length === 0) return <Blank title={t('sheet.noneOfThese')} />;
  return (
    <div className="scroll-x">
      <table className="plain" data-testid="sheet-items">
        <thead>
          <tr>
            <th>{t('sheet.rowNumbers')}</th>
            <th>{t('device.mn')}</th>
            <th>{t('device.status')}</th>
            <th>{t('sheet.differences')}</th>
          </tr>
        </thead>
        <tbody>
          {page.items.map((item) => (
            <tr key={item.row}>
              <td>{item.row}</td>
              <td className="mono">{item.mn || '–'}</td>
              <td>
                <ItemChip state={item.state} />
              </td>
              <td>
                {item.changes.map((field) => t(`device.field.${field}`, { defaultValue: field })).join(', ')}
                <CellErrors errors={item.errors} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function DeviceSheetPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const [show, setShow] = useState('all');
  const sheet = useDeviceSheet(id, show === 'all' ? undefined : show);
  const counts = (['new', 'changed', 'unchanged', 'wrong'] as const).map(
    (state) => [t(`sheet.item.${state}`), (one: DeviceSheet) => one[state]] as const,
  );
  return (
    <div className="page" data-testid="sheet" data-state={sheet.data?.sheet.state}>
      <Answer of={sheet}>
        {(page) => (
          <SheetDetail
            of={DEVICE_SHEETS}
            sheet={page.sheet}
            listTitle={t('device.page.device-sheets')}
            counts={counts}
            taken={page.sheet.new + page.sheet.changed}
            written={page.sheet.written}
          >
            <ItemFilter show={show} onShow={setShow} />
            <Panel flush>
              <Rows page={page} />
              <FirstOnly count={page.items.length} next={page.next} />
            </Panel>
          </SheetDetail>
        )}
      </Answer>
    </div>
  );
}
