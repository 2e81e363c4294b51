import { useTranslation } from 'react-i18next';
import { CellErrors, ItemChip, ItemSheetPage } from '../../design/sheets';
import { type SheetPage as Page, SHEETS, useSheet } from './queries';

function Items({ page }: { page: Page }) {
  const { t } = useTranslation();
  return (
    <div className="scroll-x">
      <table className="plain" data-testid="sheet-items">
        <thead>
          <tr>
            <th>{t('permit.number')}</th>
            <th>{t('permits.column.state')}</th>
            <th>{t('sheet.rowNumbers')}</th>
            <th>{t('sheet.differences')}</th>
          </tr>
        </thead>
        <tbody>
          {page.items.map((item) => (
            <tr key={`${item.number} ${item.rows[0]}`}>
              <td className="mono">{item.number || '–'}</td>
              <td>
                <ItemChip state={item.state} />
              </td>
              <td>{item.rows.join(', ')}</td>
              <td>
                {item.changes.join(', ')}
                <CellErrors errors={item.errors} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function SheetPage() {
  const { t } = useTranslation();
  return (
    <ItemSheetPage of={SHEETS} listTitle={t('permits.page.sheets')} useSheet={useSheet}>
      {(page) => <Items page={page} />}
    </ItemSheetPage>
  );
}
