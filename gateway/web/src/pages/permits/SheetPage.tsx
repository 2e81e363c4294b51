import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router-dom';
import { Answer, Blank, Panel } from '../../design/parts';
import { CellErrors, FirstOnly, ItemChip, ItemFilter, SheetDetail } from '../../design/sheets';
import { type SheetPage as Page, SHEETS, type Sheet, useSheet } from './queries';

function Items({ page }: { page: Page }) {
  const { t } = useTranslation();
  if (page.items.length === 0) return <Blank title={t('sheet.noneOfThese')} />;
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
  const { id = '' } = useParams();
  const [show, setShow] = useState('all');
  const sheet = useSheet(id, show === 'all' ? undefined : show);
  const counts = (['new', 'changed', 'unchanged', 'wrong'] as const).map(
    (state) => [t(`sheet.item.${state}`), (one: Sheet) => one[state]] as const,
  );
  return (
    <div className="page" data-testid="sheet" data-state={sheet.data?.sheet.state}>
      <Answer of={sheet}>
        {(page) => (
          <SheetDetail
            of={SHEETS}
            sheet={page.sheet}
            listTitle={t('permits.page.sheets')}
            counts={counts}
            taken={page.sheet.new + page.sheet.changed}
            written={page.sheet.written}
          >
            <ItemFilter show={show} onShow={setShow} />
            <Panel flush>
              <Items page={page} />
              <FirstOnly count={page.items.length} next={page.next} />
            </Panel>
          </SheetDetail>
        )}
      </Answer>
    </div>
  );
}
