import { ReloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router-dom';
import { Say } from './parts';

function NotShown() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <Say tone="bad" testId="page-not-shown">
        <b style={{ fontWeight: 500 }}>{t('notShown')}</b>
        <div>{t('notShownText')}</div>
        <div style={{ marginTop: 8 }}>
          <Button size="small" icon={<ReloadOutlined />} onClick={() => window.location.reload()} data-testid="reload">
            {t('action.reload')}
          </Button>
        </div>
      </Say>
    </div>
  );
}

class Boundary extends Component<{ path: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  // Another page may well be shown.
  override componentDidUpdate(before: { path: string }) {
    if (this.state.failed && before.path !== this.props.path) this.setState({ failed: false });
  }

  override render() {
    return this.state.failed ? <NotShown /> : this.props.children;
  }
}

/** A page that cannot be loaded or drawn says so in its place; the navigation around it stays. */
export function PageGuard({ children }: { children: ReactNode }) {
  return <Boundary path={useLocation().pathname}>{children}</Boundary>;
}
