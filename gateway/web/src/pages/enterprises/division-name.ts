import { useTranslation } from 'react-i18next';
import { useDivisions } from '../../api/hooks';

/** Names of divisions by code, the code itself until they are known. */
export function useDivisionName(): (code: string) => string {
  const { i18n } = useTranslation();
  const divisions = useDivisions().data;
  return (code) => {
    const found = divisions?.find((d) => d.code === code);
    return (i18n.language === 'en' ? found?.nameEn : undefined) ?? found?.name ?? code;
  };
}
