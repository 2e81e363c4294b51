import { startService } from '@greenwatch/kit';
import { complaintsService } from './complaints.service';

void startService(complaintsService);
