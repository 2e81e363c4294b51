import { LineChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { HOUR } from '../view/time';
import { FONT, palette } from './theme';

use([
  LineChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  MarkLineComponent,
  MarkAreaComponent,
  DataZoomComponent,
  CanvasRenderer,
]);

/** ECharts knows the machine's zone and UTC only: shown as UTC, times shifted by this read as UTC+8. */
export const SHIFT = 8 * HOUR;

export const axisText = { fontFamily: FONT, color: palette.ink3, fontSize: 12 };
export const gridLine = { lineStyle: { color: '#ebefed' } };
export const tooltipLook = {
  trigger: 'axis' as const,
  confine: true,
  backgroundColor: palette.rail,
  borderWidth: 0,
  textStyle: { color: '#fff', fontFamily: FONT, fontSize: 12.5 },
};
/** Zoomed by the wheel with Ctrl held, so that a page still scrolls over its charts. */
export const zoomInside = {
  type: 'inside' as const,
  filterMode: 'none' as const,
  zoomOnMouseWheel: 'ctrl' as const,
  moveOnMouseWheel: false,
};
export const zoomSlider = {
  type: 'slider' as const,
  filterMode: 'none' as const,
  borderColor: palette.line,
  fillerColor: 'rgba(11,107,88,0.1)',
  dataBackground: { lineStyle: { color: palette.line2 }, areaStyle: { color: '#eef2f0' } },
  handleStyle: { color: '#fff', borderColor: palette.brand },
  moveHandleSize: 0,
  showDetail: false,
};
/** A chart in an element, as wide as that is, gone with it. */
export function useChart() {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  useEffect(() => {
    if (!holder.current) return;
    const made = init(holder.current);
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(holder.current);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);
  return { holder, chart };
}

/** Points of a line, left open where more than `gap` ms lie between two: nothing was measured there. */
export function withGaps(points: readonly { t: number; value: number }[], gap: number): [number, number | null][] {
  const drawn: [number, number | null][] = [];
  let before: number | undefined;
  for (const { t, value } of points) {
    if (before !== undefined && t - before > gap) drawn.push([before + SHIFT + 1, null]);
    drawn.push([t + SHIFT, value]);
    before = t;
  }
  return drawn;
}
