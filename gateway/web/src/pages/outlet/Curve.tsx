import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../../api/types';
import { axisText, gridLine, SHIFT, tooltipLook, useChart, withGaps, zoomInside, zoomSlider } from '../../design/chart';
import { FONT, palette, stateColour } from '../../design/theme';
import type { LimitLine, Point } from '../../view/series';
import { formatTime } from '../../view/time';

export interface CurveProps {
  points: Point[];
  line?: LimitLine;
  /** stretches that are marked: an alarm's time, or what speaks in a score */
  alarms: Pick<Alarm, 'startedAt' | 'endedAt'>[];
  unit: string;
  name: string;
  from: number;
  to: number;
  /** longest distance between two points (ms) that is still drawn as one line */
  gap: number;
}

/** The curve of one factor against its limit. It grows with its points; zoom and tooltip stay as they are. */
export default function Curve({ points, line, alarms, unit, name, from, to, gap }: CurveProps) {
  const { t } = useTranslation();
  const { holder, chart } = useChart();

  useEffect(() => {
    const byTime = new Map(points.map((p) => [p.t + SHIFT, p]));
    const limit = line?.limit.limit;
    const top = Math.max(limit ?? 0, ...points.map((p) => p.value));
    chart.current?.setOption({
      useUTC: true,
      animation: false,
      textStyle: { fontFamily: FONT },
      grid: { left: 8, right: 18, top: 30, bottom: 56, containLabel: true },
      xAxis: {
        type: 'time',
        min: from + SHIFT,
        max: to + SHIFT,
        axisLine: { lineStyle: { color: palette.line2 } },
        axisTick: { lineStyle: { color: palette.line2 } },
        axisLabel: { ...axisText, hideOverlap: true },
        splitLine: { show: false },
      },
      yAxis: {
        type: 'value',
        name: unit,
        nameTextStyle: { ...axisText, align: 'left' },
        max: top > 0 ? undefined : 1,
        axisLabel: axisText,
        splitLine: gridLine,
      },
      tooltip: {
        ...tooltipLook,
        axisPointer: { lineStyle: { color: palette.ink3 } },
        formatter: (given: unknown) => {
          const first = (Array.isArray(given) ? given[0] : given) as { data?: [number, number | null] } | undefined;
          const point = first?.data && byTime.get(first.data[0]);
          if (!point) return '';
          const rows = [
            formatTime(point.t, 'second'),
            `<b>${name} ${point.text} ${unit}</b>`,
            ...(limit === undefined ? [] : [`${t('reading.limit')} ${limit} ${unit}`]),
            ...(point.flag === 'N' ? [] : [t(`flag.${point.flag}`, { defaultValue: point.flag })]),
            ...(point.exceeds ? [t('reading.suspected')] : []),
          ];
          return rows.join('<br>');
        },
      },
      dataZoom: [
        zoomInside,
        {
          ...zoomSlider,
          height: 22,
          bottom: 8,
          selectedDataBackground: { lineStyle: { color: palette.brand }, areaStyle: { color: palette.brandSoft } },
          labelFormatter: (value: number) => formatTime(value - SHIFT, 'short'),
          textStyle: axisText,
        },
      ],
      series: [
        {
          id: 'curve',
          type: 'line',
          name,
          data: withGaps(points, gap),
          showSymbol: points.length <= 60,
          symbolSize: 5,
          lineStyle: { width: 2, color: palette.curve },
          itemStyle: { color: palette.curve },
          emphasis: { disabled: true },
          markLine: {
            silent: true,
            symbol: 'none',
            data: limit === undefined ? [] : [{ yAxis: limit }],
            lineStyle: {
              color: palette.limit,
              width: 1.6,
              type: line?.applies ? 'dashed' : 'dotted',
              opacity: line?.applies ? 1 : 0.6,
            },
            label: {
              // In the middle: at the left it would lie on the unit above the axis, at the right on the newest values.
              position: 'insideMiddleTop',
              color: palette.limit,
              backgroundColor: 'rgba(255,255,255,0.75)',
              fontFamily: FONT,
              fontSize: 12,
              fontWeight: 500,
              formatter: () =>
                `${t('reading.limitOf', { period: t(`period.${line?.limit.period ?? 'hour'}`) })} ${limit} ${unit}`,
            },
          },
          markArea: {
            silent: true,
            itemStyle: { color: 'rgba(176,19,43,0.07)' },
            data: alarms.map((a) => [
              { xAxis: Math.max(from, Date.parse(a.startedAt)) + SHIFT },
              { xAxis: (a.endedAt ? Date.parse(a.endedAt) : to) + SHIFT },
            ]),
          },
        },
        {
          id: 'exceeds',
          type: 'scatter',
          data: points.filter((p) => p.exceeds).map((p) => [p.t + SHIFT, p.value]),
          symbolSize: 9,
          itemStyle: { opacity: 1, color: stateColour.urgent, borderColor: '#fff', borderWidth: 1.2 },
          z: 4,
        },
        {
          // Unseen, but it keeps the limit inside the picture when all values lie far below it.
          id: 'limit',
          type: 'scatter',
          data: limit === undefined ? [] : [[to + SHIFT, limit]],
          symbolSize: 0,
          silent: true,
          tooltip: { show: false },
        },
        {
          id: 'flagged',
          type: 'scatter',
          data: points.filter((p) => p.flag !== 'N').map((p) => [p.t + SHIFT, p.value]),
          symbolSize: 8,
          itemStyle: { opacity: 1, color: '#fff', borderColor: stateColour.stopped, borderWidth: 2 },
          z: 3,
        },
      ],
    });
  }, [points, line, alarms, unit, name, from, to, gap, t, chart]);

  return (
    <div
      ref={holder}
      className="curve"
      role="img"
      aria-label={t('reading.curveOf', { name, count: points.length })}
      data-testid="curve"
      data-points={points.length}
      data-last={points.at(-1)?.t}
      data-limit={line?.limit.limit}
    />
  );
}
