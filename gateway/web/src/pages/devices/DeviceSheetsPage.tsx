import { useTranslation } from 'react-i18next';
import { PageHead, Panel } from '../../design/parts';
import { SheetList, SheetUpload } from '../../design/sheets';
import { DEVICE_SHEETS, useDeviceSheets } from './queries';
import { DeviceTabs } from './Tabs';

export default function DeviceSheetsPage() {
  const { t } = useTranslation();
  const sheets = useDeviceSheets();
  return (
    <div className="page">
      <PageHead title={t('device.page.device-sheets')} sub={t('device.sheetsLead')} />
      <DeviceTabs />
      <Panel>
        <SheetUpload of={DEVICE_SHEETS} template="/devices/template" rule={t('device.sheetRule')} />
      </Panel>
      <SheetList
        of={sheets}
        kind={DEVICE_SHEETS}
        counts={[
          [t('sheet.rows'), (sheet) => sheet.rows],
          [t('sheet.item.wrong'), (sheet) => sheet.wrong],
          [t('sheet.written'), (sheet) => sheet.written],
        ]}
      />
    </div>
  );
}
