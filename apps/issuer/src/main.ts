/** An issuer as a process of its own: `node dist/apps/issuer/src/main.js --issuer BANK-A`. */
import { parseArgs } from 'node:util';
import { hsmRoute } from '@pinfold/institution';
import { runApp, startHttp, tellParent, UsageError } from '@pinfold/platform';
import { composeIssuer } from './compose.js';
import { issuerFacts } from './settings.js';

function issuerOption(): string | undefined {
  try {
    return parseArgs({ options: { issuer: { type: 'string' } } }).values.issuer;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

await runApp({
  name: 'issuer',
  start: async (context) => {
    const facts = issuerFacts(issuerOption());
    const { config, logger, health, metrics, shutdown } = context;
    const http = await startHttp({
      port: config.httpPort,
      portVariable: 'PINFOLD_HTTP_PORT',
      logger,
      health,
      metrics,
      info: { title: `Pinfold issuer ${facts.name}`, version: '0.1.0' },
      token: null,
      routes: [hsmRoute(context, `issuer-${facts.id}`)],
    });
    tellParent({ http: http.port });
    shutdown.add({ phase: 'intake', name: 'http', stop: () => http.close() });
    await composeIssuer(context, facts);
    logger.info('issuer is up', { issuer: facts.id, address: `127.0.0.1:${http.port}` });
  },
});
