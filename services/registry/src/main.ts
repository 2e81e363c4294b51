import { startService } from '@greenwatch/kit';
import { registryService } from './registry.service';

void startService(registryService);
