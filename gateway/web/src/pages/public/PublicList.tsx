import type { ReactNode } from 'react';
import type { List } from '../../api/hooks';
import { Answer, More, Panel } from '../../design/parts';

/** What everybody may read, as rows that lead nowhere, page by page. */
export function PublicList<T>(props: {
  of: List<T>;
  keyOf: (item: T) => string;
  row: (item: T) => ReactNode;
  empty: ReactNode;
}) {
  const { of, keyOf, row, empty } = props;
  return (
    <Panel flush>
      <Answer of={of}>
        {(items) =>
          items.length === 0 ? (
            empty
          ) : (
            <ul className="rows">
              {items.map((item) => (
                <li key={keyOf(item)} className="row" style={{ cursor: 'default' }}>
                  {row(item)}
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
      <More of={of} />
    </Panel>
  );
}
