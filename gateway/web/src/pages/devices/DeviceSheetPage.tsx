import { useTranslation } from 'react-i18next';
import { CellErrors, ItemChip, ItemSheetPage } from '../../design/sheets';
import { DEVICE_SHEETS, type DeviceSheetPage as Page, useDeviceSheet } from './queries';

function Rows({ page }: { page: Page }) {
  const { t } = useTranslation();
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
  return (
    <ItemSheetPage of={DEVICE_SHEETS} listTitle={t('device.page.device-sheets')} useSheet={useDeviceSheet}>
      {(page) => <Rows page={page} />}
    </ItemSheetPage>
  );
}
