import 'uplot/dist/uPlot.min.css';
import './style.css';
import { startApp } from './app';

startApp();
