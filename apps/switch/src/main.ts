/** The acquiring switch as a process of its own: `node dist/apps/switch/src/main.js`. */
import { runApp, startHttp } from '@pinfold/platform';
import { composeSwitch } from './compose.js';

await runApp({
  name: 'switch',
  start: async (context) => {
    const { config, logger, health, metrics, shutdown } = context;
    const http = await startHttp({
      port: config.httpPort,
      portVariable: 'PINFOLD_HTTP_PORT',
      logger,
      health,
      metrics,
      info: { title: 'Pinfold acquiring switch', version: '0.1.0' },
      token: null,
    });
    shutdown.add({ phase: 'intake', name: 'http', stop: () => http.close() });
    await composeSwitch(context);
    logger.info('switch is up', { address: `127.0.0.1:${http.port}` });
  },
});
