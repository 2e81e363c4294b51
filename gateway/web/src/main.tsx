import '@fontsource/noto-sans-sc/400.css';
import '@fontsource/noto-sans-sc/500.css';
import '@fontsource/noto-sans-sc/700.css';
import './design/styles.css';
import './i18n';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router-dom';
import { App } from './App';
import { ApiError } from './api/client';
import { reloadForNewBuild } from './view/stale-build';

window.addEventListener('vite:preloadError', () => reloadForNewBuild(Date.now()));

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // only what may heal by itself is asked again: no answer, or a service that is starting
      retry: (failures, error) => failures < 2 && error instanceof ApiError && [0, 503].includes(error.status),
    },
  },
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <QueryClientProvider client={client}>
    <BrowserRouter>
      <App />
    </BrowserRouter>
  </QueryClientProvider>,
);
