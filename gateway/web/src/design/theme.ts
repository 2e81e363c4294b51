import type { ThemeConfig } from 'antd';

/** The console's colours, once. styles.css has them as custom properties of the same names. */
export const palette = {
  ink: '#14231f',
  ink2: '#4a5b55',
  ink3: '#66766f',
  line: '#dde4e1',
  line2: '#c5d0cb',
  paper: '#f2f5f3',
  surface: '#ffffff',
  rail: '#0f2a26',
  brand: '#0b6b58',
  brandSoft: '#e3f1ec',
  curve: '#1f5fa8',
  limit: '#b3261e',
} as const;

/** Text and fill of each live state; every pair has at least 4.5:1 on white. */
export const stateColour = {
  urgent: '#b0132b',
  high: '#c2410c',
  mid: '#8a6100',
  low: '#2f6690',
  offline: '#5f6b67',
  stopped: '#6b7672',
  normal: '#0f7a5a',
} as const;

export const FONT = "'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', system-ui, sans-serif";

export const theme: ThemeConfig = {
  cssVar: { key: 'gw' },
  hashed: false,
  token: {
    fontFamily: FONT,
    fontSize: 14,
    colorPrimary: palette.brand,
    colorInfo: palette.curve,
    colorError: stateColour.urgent,
    colorWarning: stateColour.high,
    colorSuccess: stateColour.normal,
    colorLink: palette.brand,
    colorText: palette.ink,
    colorTextSecondary: palette.ink2,
    colorTextTertiary: palette.ink3,
    colorTextDescription: palette.ink3,
    colorTextPlaceholder: '#7c8a84',
    colorBorder: palette.line2,
    colorBorderSecondary: palette.line,
    colorBgLayout: palette.paper,
    borderRadius: 6,
    borderRadiusLG: 8,
    borderRadiusSM: 4,
    controlHeight: 36,
    controlHeightLG: 46,
    controlHeightSM: 28,
    boxShadow: '0 8px 28px rgba(15, 42, 38, 0.14)',
    boxShadowSecondary: '0 8px 28px rgba(15, 42, 38, 0.14)',
    motionDurationMid: '0.14s',
    motionDurationSlow: '0.2s',
  },
  components: {
    Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500 },
    Table: {
      headerBg: 'transparent',
      headerColor: palette.ink3,
      headerSplitColor: 'transparent',
      rowHoverBg: '#f6f9f7',
      cellPaddingBlock: 11,
      cellPaddingInline: 14,
      cellPaddingBlockSM: 7,
      cellPaddingInlineSM: 10,
      borderColor: palette.line,
    },
    Segmented: { trackBg: '#e8edea', itemSelectedColor: palette.ink, itemColor: palette.ink2, trackPadding: 3 },
    Tooltip: { colorBgSpotlight: palette.rail },
    Form: { labelColor: palette.ink2, verticalLabelPadding: '0 0 6px' },
    Modal: { titleFontSize: 17 },
  },
};
