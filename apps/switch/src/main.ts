/** The acquiring switch as a process of its own: `node dist/apps/switch/src/main.js`. */
import { hsmRoute } from '@pinfold/institution';
import { runApp, startHttp, tellParent } from '@pinfold/platform';
import { composeSwitch } from './compose.js';
import type { IsoPort } from './iso-port/iso-port.js';
import { linesRoute } from './iso-port/lines-route.js';
import { linesArgument } from './lines-argument.js';

await runApp({
  name: 'switch',
  start: async (context) => {
    const { config, logger, health, metrics, shutdown } = context;
    const lines = linesArgument(process.argv.slice(2));
    let iso: IsoPort | undefined;
    const http = await startHttp({
      port: config.httpPort,
      portVariable: 'PINFOLD_HTTP_PORT',
      logger,
      health,
      metrics,
      info: { title: 'Pinfold acquiring switch', version: '0.1.0' },
      token: null,
      routes: [hsmRoute(context, 'switch'), linesRoute(() => iso?.lines ?? [])],
      readyMembers: () => ({ iso: iso?.port ?? 0, mode: config.mode }),
    });
    tellParent({ http: http.port });
    shutdown.add({ phase: 'intake', name: 'http', stop: () => http.close() });
    iso = (await composeSwitch(context, lines)).iso;
    logger.info('switch is up', { address: `127.0.0.1:${http.port}`, isoPort: iso.port });
  },
});
