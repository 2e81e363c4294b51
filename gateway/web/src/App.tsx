import { useQueryClient } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { lazy, Suspense, useCallback, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Route, Routes } from 'react-router-dom';
import { ApiError, onSessionLost } from './api/client';
import { useFactorTable, useMe } from './api/hooks';
import type { Me } from './api/types';
import { Frame } from './design/Frame';
import { PageGuard } from './design/PageGuard';
import { Blank, Loading, Problem } from './design/parts';
import { theme } from './design/theme';
import { chooseLanguage, rememberedLanguage } from './i18n';
import { LiveProvider } from './live/LiveProvider';
import { MeContext } from './me';
import { FirstPasswordPage, LoginPage } from './pages/login/LoginPage';
import { homeOf, mayBackfill, mayImport, ofAuthority, supervises } from './view/access';

const MapPage = lazy(() => import('./pages/map/MapPage'));
const EnterprisesPage = lazy(() => import('./pages/enterprises/EnterprisesPage'));
const EnterpriseFilePage = lazy(() => import('./pages/enterprises/EnterpriseFilePage'));
const OutletPage = lazy(() => import('./pages/outlet/OutletPage'));
const DataPage = lazy(() => import('./pages/outlet/DataPage'));
const RatesPage = lazy(() => import('./pages/rates/RatesPage'));
const AlarmsPage = lazy(() => import('./pages/alarms/AlarmsPage'));
const AlarmPage = lazy(() => import('./pages/alarms/AlarmPage'));
const TasksPage = lazy(() => import('./pages/tasks/TasksPage'));
const TaskPage = lazy(() => import('./pages/tasks/TaskPage'));
const CasesPage = lazy(() => import('./pages/cases/CasesPage'));
const CasePage = lazy(() => import('./pages/cases/CasePage'));
const NoticesPage = lazy(() => import('./pages/notices/NoticesPage'));
const DevicesPage = lazy(() => import('./pages/devices/DevicesPage'));
const DevicePage = lazy(() => import('./pages/devices/DevicePage'));
const DeviceSheetsPage = lazy(() => import('./pages/devices/DeviceSheetsPage'));
const DeviceSheetPage = lazy(() => import('./pages/devices/DeviceSheetPage'));
const CommandsPage = lazy(() => import('./pages/commands/CommandsPage'));
const CommandPage = lazy(() => import('./pages/commands/CommandPage'));
const BackfillsPage = lazy(() => import('./pages/backfills/BackfillsPage'));
const BackfillPage = lazy(() => import('./pages/backfills/BackfillPage'));
const ProfilesPage = lazy(() => import('./pages/reference/ProfilesPage'));
const FactorsPage = lazy(() => import('./pages/reference/FactorsPage'));
const ComplaintsPage = lazy(() => import('./pages/complaints/ComplaintsPage'));
const ComplaintPage = lazy(() => import('./pages/complaints/ComplaintPage'));
const CreditPage = lazy(() => import('./pages/credit/CreditPage'));
const PartyCreditPage = lazy(() => import('./pages/credit/PartyCreditPage'));
const RatingPage = lazy(() => import('./pages/credit/RatingPage'));
const PublicPages = lazy(() => import('./pages/public/PublicPages'));
const FraudPage = lazy(() => import('./pages/fraud/FraudPage'));
const EvidencePage = lazy(() => import('./pages/fraud/EvidencePage'));
const ModelsPage = lazy(() => import('./pages/fraud/ModelsPage'));
const PermitsPage = lazy(() => import('./pages/permits/PermitsPage'));
const PermitPage = lazy(() => import('./pages/permits/PermitPage'));
const ChecksPage = lazy(() => import('./pages/permits/ChecksPage'));
const CheckPage = lazy(() => import('./pages/permits/CheckPage'));
const ProjectsPage = lazy(() => import('./pages/permits/ProjectsPage'));
const ProjectPage = lazy(() => import('./pages/permits/ProjectPage'));
const DutiesPage = lazy(() => import('./pages/permits/DutiesPage'));
const DutyPage = lazy(() => import('./pages/permits/DutyPage'));
const SheetsPage = lazy(() => import('./pages/permits/SheetsPage'));
const SheetPage = lazy(() => import('./pages/permits/SheetPage'));
const AccountPage = lazy(() => import('./pages/account/AccountPage'));

function Inside({ me }: { me: Me }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const leave = useCallback(() => client.setQueryData(['me'], null), [client]);
  const named = useFactorTable();
  if (!named) return <Loading rows={8} />;
  return (
    <MeContext value={me}>
      <LiveProvider onExpired={leave}>
        <Frame>
          <PageGuard>
            <Suspense fallback={<Loading rows={8} />}>
              <Routes>
                <Route index element={<Navigate to={homeOf(me)} replace />} />
                {ofAuthority(me) && <Route path="map" element={<MapPage />} />}
                <Route path="enterprises" element={<EnterprisesPage />} />
                <Route path="enterprises/:id" element={<EnterpriseFilePage />} />
                <Route path="outlets/:id" element={<OutletPage />} />
                <Route path="outlets/:id/data" element={<DataPage />} />
                <Route path="rates" element={<RatesPage />} />
                <Route path="alarms" element={<AlarmsPage />} />
                <Route path="alarms/:id" element={<AlarmPage />} />
                <Route path="tasks" element={<TasksPage />} />
                <Route path="tasks/:id" element={<TaskPage />} />
                {ofAuthority(me) && <Route path="complaints" element={<ComplaintsPage />} />}
                {ofAuthority(me) && <Route path="complaints/:id" element={<ComplaintPage />} />}
                {ofAuthority(me) && <Route path="fraud" element={<FraudPage />} />}
                {ofAuthority(me) && <Route path="fraud/models" element={<ModelsPage />} />}
                {ofAuthority(me) && <Route path="fraud/outlets/:id" element={<EvidencePage />} />}
                <Route path="cases" element={<CasesPage />} />
                <Route path="cases/:id" element={<CasePage />} />
                <Route path="permits" element={<PermitsPage />} />
                <Route path="permits/:id" element={<PermitPage />} />
                <Route path="checks" element={<ChecksPage />} />
                <Route path="checks/:id" element={<CheckPage />} />
                <Route path="projects" element={<ProjectsPage />} />
                <Route path="projects/:id" element={<ProjectPage />} />
                <Route path="duties" element={<DutiesPage />} />
                <Route path="duties/:id" element={<DutyPage />} />
                {mayImport(me) && <Route path="sheets" element={<SheetsPage />} />}
                {mayImport(me) && <Route path="sheets/:id" element={<SheetPage />} />}
                <Route path="credit" element={<CreditPage />} />
                <Route path="credit/ratings/:id" element={<RatingPage />} />
                <Route path="credit/:kind/:id" element={<PartyCreditPage />} />
                <Route path="notices" element={<NoticesPage />} />
                {ofAuthority(me) && <Route path="devices" element={<DevicesPage />} />}
                {ofAuthority(me) && <Route path="devices/:mn" element={<DevicePage />} />}
                {ofAuthority(me) && <Route path="commands" element={<CommandsPage />} />}
                {ofAuthority(me) && <Route path="commands/:id" element={<CommandPage />} />}
                {ofAuthority(me) && <Route path="profiles" element={<ProfilesPage />} />}
                {ofAuthority(me) && <Route path="factors" element={<FactorsPage />} />}
                {supervises(me) && <Route path="device-sheets" element={<DeviceSheetsPage />} />}
                {supervises(me) && <Route path="device-sheets/:id" element={<DeviceSheetPage />} />}
                {mayBackfill(me) && <Route path="backfills" element={<BackfillsPage />} />}
                {mayBackfill(me) && <Route path="backfills/:id" element={<BackfillPage />} />}
                <Route path="account" element={<AccountPage />} />
                <Route path="*" element={<Blank title={t('nothingHere')}>{t('nothingHereText')}</Blank>} />
              </Routes>
            </Suspense>
          </PageGuard>
        </Frame>
      </LiveProvider>
    </MeContext>
  );
}

function Door() {
  const client = useQueryClient();
  const me = useMe();
  useEffect(() => onSessionLost(() => client.setQueryData(['me'], null)), [client]);
  const locale = me.data?.locale;
  useEffect(() => {
    if (locale && !rememberedLanguage()) chooseLanguage(locale);
  }, [locale]);

  if (me.isPending) return <Loading rows={8} />;
  if (me.data?.mustChangePassword) return <FirstPasswordPage me={me.data} />;
  if (me.data) return <Inside me={me.data} />;
  if (me.error && !(me.error instanceof ApiError && me.error.status === 401))
    return (
      <div style={{ maxWidth: 560, margin: '12vh auto', padding: 16 }}>
        <Problem error={me.error} retry={() => void me.refetch()} />
      </div>
    );
  return <LoginPage />;
}

export function App() {
  const { i18n } = useTranslation();
  return (
    <ConfigProvider theme={theme} locale={i18n.language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
      <AntApp style={{ height: '100%' }}>
        <Routes>
          {/* for everybody, without log-in and without the console around it */}
          <Route
            path="public/*"
            element={
              <PageGuard>
                <Suspense fallback={<Loading rows={8} />}>
                  <PublicPages />
                </Suspense>
              </PageGuard>
            }
          />
          <Route path="*" element={<Door />} />
        </Routes>
      </AntApp>
    </ConfigProvider>
  );
}
