import { startService } from '@greenwatch/kit';
import { creditService } from './credit.service';

void startService(creditService);
