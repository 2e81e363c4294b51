import { useTranslation } from 'react-i18next';
import { PageHead, Panel } from '../../design/parts';
import { SheetList, SheetUpload } from '../../design/sheets';
import { SHEETS, useSheets } from './queries';
import { PermitTabs } from './Tabs';

export default function SheetsPage() {
  const { t } = useTranslation();
  const sheets = useSheets();
  return (
    <div className="page">
      <PageHead title={t('permits.page.sheets')} sub={t('permits.sheetsLead')} />
      <PermitTabs />
      <Panel>
        <SheetUpload of={SHEETS} template="/permits/template" rule={t('permits.sheetRule')} />
      </Panel>
      <SheetList
        of={sheets}
        kind={SHEETS}
        counts={[
          [t('permits.sheetPermits'), (sheet) => sheet.permits],
          [t('sheet.item.wrong'), (sheet) => sheet.wrong],
          [t('sheet.written'), (sheet) => sheet.written],
        ]}
      />
    </div>
  );
}
