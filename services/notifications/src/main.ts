import { startService } from '@greenwatch/kit';
import { notificationsService } from './notifications.service';

void startService(notificationsService);
