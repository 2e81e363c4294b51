import { startService } from '@greenwatch/kit';
import { permitsService } from './permits.service';

void startService(permitsService);
