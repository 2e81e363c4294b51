import { startService } from '@greenwatch/kit';
import { ingestionService } from './ingestion.service';

void startService(ingestionService);
