/** A panel as dashboards.ts writes it down; all else of Grafana's model is the same for each. */
export interface Panel {
  title: string;
  /** What it means, and what is as it should be. */
  about: string;
  /** Grafana's name of the unit. */
  unit: 'short' | 'cps' | 's' | 'percentunit' | 'bytes' | 'Bps' | 'none';
  /** PromQL with the legend of its series. */
  queries: readonly (readonly [expr: string, legend: string])[];
  kind?: 'lines' | 'stat' | 'bars';
  /** Out of 24 columns. */
  width?: 6 | 8 | 12 | 24;
  /** Its metrics come from the cluster (kube-state-metrics, cAdvisor, kubelet), not from our services. */
  needs?: 'kubernetes';
  /** Why it may show nothing though all is well. */
  emptyWhile?: string;
}

export interface Dashboard {
  /** Also its uid and the name of its file. */
  name: string;
  title: string;
  about: string;
  rows: readonly { title: string; panels: readonly Panel[] }[];
}

const HEIGHT = 8;
const STAT_HEIGHT = 4;
const COLUMNS = 24;
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

/** Grafana's JSON model of a dashboard (schema 39, Grafana 10 and later). */
export function grafanaModel(dashboard: Dashboard): object {
  const panels: object[] = [];
  let top = 0;
  for (const row of dashboard.rows) {
    panels.push({ ...place(0, top, COLUMNS, 1), id: panels.length + 1, type: 'row', title: row.title, panels: [] });
    top += 1;
    let left = 0;
    let tallest = 0;
    for (const panel of row.panels) {
      const width = panel.width ?? 8;
      const height = panel.kind === 'stat' ? STAT_HEIGHT : HEIGHT;
      if (left + width > COLUMNS) {
        left = 0;
        top += tallest;
        tallest = 0;
      }
      panels.push({ ...place(left, top, width, height), id: panels.length + 1, ...panelModel(panel) });
      left += width;
      tallest = Math.max(tallest, height);
    }
    top += tallest;
  }
  return {
    uid: `greenwatch-${dashboard.name}`,
    title: dashboard.title,
    description: dashboard.about,
    tags: ['greenwatch'],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    links: [
      {
        type: 'dashboards',
        tags: ['greenwatch'],
        title: 'Greenwatch',
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
    ],
    templating: {
      list: [
        { name: 'datasource', label: 'Source', type: 'datasource', query: 'prometheus' },
        {
          name: 'namespace',
          label: 'Province (namespace)',
          type: 'query',
          datasource: DATASOURCE,
          query: { query: 'label_values(greenwatch_build_info, namespace)', refId: 'namespace' },
          refresh: 2,
          sort: 1,
        },
      ],
    },
    panels,
  };
}

const place = (x: number, y: number, w: number, h: number) => ({ gridPos: { x, y, w, h } });

function panelModel({ title, about, unit, queries, kind = 'lines' }: Panel): object {
  const model = {
    title,
    description: about,
    datasource: DATASOURCE,
    fieldConfig: { defaults: { unit, min: 0, ...(kind === 'bars' ? { custom: BARS } : {}) }, overrides: [] },
    targets: queries.map(([expr, legendFormat], i) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + i),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...(kind === 'stat' ? { instant: true } : {}),
    })),
  };
  return kind === 'stat'
    ? { type: 'stat', ...model, options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'none' } }
    : { type: 'timeseries', ...model, options: { legend: { displayMode: 'list', placement: 'bottom' } } };
}

const BARS = { drawStyle: 'bars', fillOpacity: 80, stacking: { mode: 'normal' } };
