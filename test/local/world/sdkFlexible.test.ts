import { describeSdks } from './sdk.suite';

describeSdks('Flexible');
