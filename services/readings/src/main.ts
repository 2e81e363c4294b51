import { startService } from '@greenwatch/kit';
import { readingsService } from './readings.service';

void startService(readingsService);
