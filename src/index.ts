/** The app's entry file: registers every function with the host. */
import './functions/pool';
import './functions/activities';
import './functions/orchestrators/register';
import './functions/mirrorFlags';
import './functions/keeper';
import './functions/http';
import './functions/http/check';
import './functions/http/dashboard';
import './functions/http/history';
