import { startService } from '@greenwatch/kit';
import { gatewayService } from './gateway.service';

void startService(gatewayService);
