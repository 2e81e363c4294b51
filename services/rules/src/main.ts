import { startService } from '@greenwatch/kit';
import { rulesService } from './rules.service';

void startService(rulesService);
