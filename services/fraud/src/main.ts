import { startService } from '@greenwatch/kit';
import { fraudService } from './fraud.service';

void startService(fraudService);
