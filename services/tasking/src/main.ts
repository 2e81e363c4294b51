import { startService } from '@greenwatch/kit';
import { taskingService } from './tasking.service';

void startService(taskingService);
