/** The acquiring switch as a process of its own: `node dist/apps/switch/src/main.js`. */
import { runApp, startHttp } from '@pinfold/platform';
import { composeSwitch } from './compose.js';
import { linesArgument } from './lines-argument.js';

await runApp({
  name: 'switch',
  start: async (context) => {
    const { config, logger, health, metrics, shutdown } = context;
    const lines = linesArgument(process.argv.slice(2));
    let iso = 0;
    const http = await startHttp({
      port: config.httpPort,
      portVariable: 'PINFOLD_HTTP_PORT',
      logger,
      health,
      metrics,
      info: { title: 'Pinfold acquiring switch', version: '0.1.0' },
      token: null,
      readyMembers: () => ({ iso, mode: config.mode }),
    });
    shutdown.add({ phase: 'intake', name: 'http', stop: () => http.close() });
    iso = (await composeSwitch(context, lines)).iso;
    logger.info('switch is up', { address: `127.0.0.1:${http.port}`, isoPort: iso });
  },
});
