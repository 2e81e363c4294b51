import { Table, type TableColumnsType } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import type { List } from '../api/hooks';
import { Blank, Loading, More, Problem } from './parts';
import { usePhone } from './use-phone';

/** A list paged by key: a table on a desk, rows on a phone, one button for the next page on both. */
export function KeyedList<T extends object>(props: {
  of: List<T>;
  keyOf: (item: T) => string;
  columns: TableColumnsType<T>;
  row: (item: T) => ReactNode;
  to?: (item: T) => string;
  empty: { title: string; text?: string };
  testId: string;
}) {
  const { of, keyOf, to } = props;
  const phone = usePhone();
  const navigate = useNavigate();
  if (of.isPending) return <Loading rows={6} />;
  if (!of.data)
    return (
      <div style={{ padding: 16 }}>
        <Problem error={of.error} retry={() => void of.refetch()} />
      </div>
    );
  if (of.data.length === 0) return <Blank title={props.empty.title}>{props.empty.text}</Blank>;
  return (
    <div data-testid={props.testId}>
      {of.error && <Problem error={of.error} retry={() => void of.refetch()} />}
      {phone ? (
        <ul className="rows">
          {of.data.map((item) => (
            <li key={keyOf(item)} data-id={keyOf(item)}>
              {to ? (
                <Link className="row" to={to(item)}>
                  {props.row(item)}
                </Link>
              ) : (
                <div className="row" style={{ cursor: 'default' }}>
                  {props.row(item)}
                </div>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <Table<T>
          columns={props.columns}
          dataSource={of.data}
          rowKey={keyOf}
          pagination={false}
          scroll={{ x: 'max-content' }}
          rowClassName={to ? 'opens' : ''}
          onRow={(item) =>
            to
              ? {
                  'data-id': keyOf(item),
                  tabIndex: 0,
                  onClick: (event) => {
                    if (!(event.target as HTMLElement).closest('a,button')) navigate(to(item));
                  },
                  onKeyDown: (event) => {
                    if (event.key === 'Enter' && event.target === event.currentTarget) navigate(to(item));
                  },
                }
              : {}
          }
        />
      )}
      <More of={of} />
    </div>
  );
}
