import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { axisText, gridLine, SHIFT, tooltipLook, useChart, withGaps, zoomInside, zoomSlider } from '../../design/chart';
import { FONT, palette, stateColour } from '../../design/theme';
import type { Period } from '../../view/data-period';
import { figure } from '../../view/data-rows';
import type { LimitLine } from '../../view/series';
import { formatTime } from '../../view/time';

const EACH = 168;
const HEAD = 26;

export interface Strip {
  factor: string;
  name: string;
  unit: string;
  /** what the device sent, thinned out */
  sent: { t: number; value: number; flag: string }[];
  /** our means */
  ours: { t: number; value: number; valid: boolean }[];
  limit?: LimitLine;
  /** stretches that are marked */
  marked: (Period & { name: string; effective: boolean })[];
}

/** Several factors below each other on one axis of time, each on its own scale: device's values, our means, flags, marks. */
export default function DataChart({ strips, from, to, gap }: { strips: Strip[]; gap: number } & Period) {
  const { t } = useTranslation();
  const { holder, chart } = useChart();

  useEffect(() => {
    const last = strips.length - 1;
    chart.current?.resize();
    chart.current?.setOption(
      {
        useUTC: true,
        animation: false,
        textStyle: { fontFamily: FONT },
        grid: strips.map((_, i) => ({ left: 58, right: 16, top: HEAD + i * EACH, height: EACH - HEAD - 14 })),
        xAxis: strips.map((_, i) => ({
          ...{ type: 'time', gridIndex: i, min: from + SHIFT, max: to + SHIFT, splitLine: { show: false } },
          axisLine: { lineStyle: { color: palette.line2 } },
          axisTick: { show: i === last, lineStyle: { color: palette.line2 } },
          axisLabel: { ...axisText, show: i === last, hideOverlap: true },
        })),
        yAxis: strips.map(({ name, unit }, i) => ({
          ...{ type: 'value', gridIndex: i, scale: true, name: `${name} ${unit}`, axisLabel: axisText, splitNumber: 3 },
          nameTextStyle: { ...axisText, color: palette.ink2, fontWeight: 500, align: 'left', padding: [0, 0, 0, -44] },
          splitLine: gridLine,
        })),
        axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: palette.ink3 } },
        tooltip: {
          ...tooltipLook,
          formatter: (given: unknown) => {
            const all = (Array.isArray(given) ? given : [given]) as { axisValue?: number }[];
            const at = all[0]?.axisValue;
            if (at === undefined) return '';
            const moment = Math.round(at - SHIFT);
            const rows = strips.flatMap(({ name, unit, sent, ours }) => {
              const point = sent.find((one) => one.t === moment);
              const mean = ours.find((one) => one.t === moment);
              const flag =
                point && point.flag !== 'N' ? ` ${t(`flag.${point.flag}`, { defaultValue: point.flag })}` : '';
              return [
                ...(point ? [`<b>${name} ${figure(point.value)} ${unit}</b>${flag}`] : []),
                ...(mean
                  ? [`${name} ${t('data.ours')} ${figure(mean.value)}${mean.valid ? '' : ` ${t('data.invalid')}`}`]
                  : []),
              ];
            });
            return rows.length === 0 ? '' : [formatTime(moment, 'second'), ...rows].join('<br>');
          },
        },
        dataZoom: [
          { ...zoomInside, xAxisIndex: strips.map((_, i) => i) },
          { ...zoomSlider, xAxisIndex: strips.map((_, i) => i), height: 20, bottom: 6 },
        ],
        series: strips.flatMap(({ factor, name, sent, ours, limit, marked }, i) => [
          {
            ...{ id: `sent-${factor}`, type: 'line', name, xAxisIndex: i, yAxisIndex: i, data: withGaps(sent, gap) },
            ...{ showSymbol: sent.length <= 60, symbolSize: 4, emphasis: { disabled: true } },
            lineStyle: { width: 1.6, color: palette.curve },
            itemStyle: { color: palette.curve },
            markLine: {
              ...{ silent: true, symbol: 'none', data: limit ? [{ yAxis: limit.limit.limit }] : [] },
              lineStyle: { color: palette.limit, width: 1.4, type: limit?.applies ? 'dashed' : 'dotted' },
              label: { show: false },
            },
          },
          {
            // Bears the marked stretches, so that they are seen where a device sent nothing as well.
            ...{ id: `ours-${factor}`, type: 'line', name: t('data.ours'), xAxisIndex: i, yAxisIndex: i },
            data: withGaps(ours, gap),
            ...{ showSymbol: ours.length <= 60, symbolSize: 4, emphasis: { disabled: true } },
            lineStyle: { width: 1.6, color: palette.brand, type: 'dashed' },
            itemStyle: { color: palette.brand },
            markArea: {
              silent: true,
              data: marked.map((one) => [
                {
                  ...{ xAxis: Math.max(from, one.from) + SHIFT, name: one.name },
                  itemStyle: { color: one.effective ? 'rgba(138,97,0,0.14)' : 'rgba(107,118,114,0.1)' },
                  label: { ...axisText, color: '#745100', position: 'insideTop' },
                },
                { xAxis: Math.min(to, one.to) + SHIFT },
              ]),
            },
          },
          {
            ...{ id: `flagged-${factor}`, type: 'scatter', xAxisIndex: i, yAxisIndex: i, symbolSize: 7, z: 3 },
            data: sent.filter(({ flag }) => flag !== 'N').map((one) => [one.t + SHIFT, one.value]),
            itemStyle: { opacity: 1, color: '#fff', borderColor: stateColour.stopped, borderWidth: 1.8 },
          },
        ]),
      },
      { notMerge: true },
    );
  }, [strips, from, to, gap, t, chart]);

  return (
    <div
      ref={holder}
      style={{ height: strips.length * EACH + 62 }}
      role="img"
      aria-label={t('data.chartOf', { names: strips.map(({ name }) => name).join('、') })}
      data-testid="data-chart"
      data-points={strips.reduce((sum, { sent }) => sum + sent.length, 0)}
      data-means={strips.reduce((sum, { ours }) => sum + ours.length, 0)}
      data-marked={strips.reduce((sum, { marked }) => sum + marked.length, 0)}
    />
  );
}
