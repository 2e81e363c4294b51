import { GlobalOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { chooseLanguage } from '../i18n';

/** Switches between the two languages; named in the language that one would get. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const english = i18n.language === 'en';
  return (
    <Button
      type="text"
      icon={<GlobalOutlined />}
      lang={english ? 'zh-CN' : 'en'}
      aria-label={english ? '切换到中文' : 'Switch to English'}
      data-testid="language"
      onClick={() => chooseLanguage(english ? 'zh-CN' : 'en')}
    >
      {english ? '中文' : 'English'}
    </Button>
  );
}
