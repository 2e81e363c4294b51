import { useTranslation } from 'react-i18next';
import { PageHead, Panel } from '../../design/parts';
import { SheetList, SheetUpload } from '../../design/sheets';
import { DeviceTabs } from '../devices/Tabs';
import { BACKFILLS, useBackfills } from './queries';

export default function BackfillsPage() {
  const { t } = useTranslation();
  const backfills = useBackfills();
  return (
    <div className="page">
      <PageHead title={t('device.page.backfills')} sub={t('backfill.lead')} />
      <DeviceTabs />
      <Panel>
        <SheetUpload of={BACKFILLS} template="/backfills/template" rule={t('backfill.rule')} />
      </Panel>
      <SheetList
        of={backfills}
        kind={BACKFILLS}
        counts={[
          [t('sheet.rows'), (sheet) => sheet.rows],
          [t('sheet.item.wrong'), (sheet) => sheet.wrong],
          [t('backfill.values'), (sheet) => sheet.values],
        ]}
      />
    </div>
  );
}
