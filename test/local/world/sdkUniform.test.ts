import { describeSdks } from './sdk.suite';

describeSdks('Uniform');
