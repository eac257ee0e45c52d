/** Versity's S3 gateway, as any S3 server that is not of AWS, such as MinIO. It keeps its objects as files. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { versitygw } from '../builds/versitygw.ts';
import { defineServer } from '../define-server.ts';
import { acceptsTcp, freePort, startProcess } from '../process.ts';
import { MOTO_CREDENTIALS } from './moto.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** Takes the credentials of the emulator, since a process has only one pair. */
    readonly versitygw: {
      readonly endpoint: string;
      readonly port: number;
      readonly bucket: string;
      readonly region: string;
    };
  }
}

const BUCKET = 'uploads';
const REGION = 'us-east-1';

export default defineServer({
  name: 'versitygw',
  builds: [versitygw],
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const [root, sidecar] = [join(folder, 'root'), join(folder, 'sidecar')];
    await mkdir(join(root, BUCKET), { recursive: true }); // a folder is a bucket
    await mkdir(sidecar, { recursive: true });
    const running = await startProcess({
      name: 'versitygw',
      command: join(versitygw.folder, 'versitygw'),
      // Not every file system of a temporary folder has extended attributes, which it would use instead of a sidecar.
      args: ['--port', `127.0.0.1:${String(port)}`, '--region', REGION, 'posix', '--sidecar', sidecar, root],
      folder,
      env: { ROOT_ACCESS_KEY: MOTO_CREDENTIALS.accessKeyId, ROOT_SECRET_KEY: MOTO_CREDENTIALS.secretAccessKey },
      ready: () => acceptsTcp(port),
    });
    return { ...running, endpoint: `http://127.0.0.1:${String(port)}`, port, bucket: BUCKET, region: REGION };
  },
});
