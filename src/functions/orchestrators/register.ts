import * as df from 'durable-functions';
import { FUNCTIONS } from '../../names';
import { autoscaler } from './autoscaler';
import { command } from './command';
import { drain } from './drain';
import { normalize } from './normalize';
import { scaleIn } from './scaleIn';

df.app.orchestration(FUNCTIONS.autoscaler, autoscaler);
df.app.orchestration(FUNCTIONS.scaleIn, scaleIn);
df.app.orchestration(FUNCTIONS.drain, drain);
df.app.orchestration(FUNCTIONS.normalize, normalize);
df.app.orchestration(FUNCTIONS.command, command);
