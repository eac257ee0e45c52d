/** A stand-in for RAGFlow's task executors, which beats in the real Redis. */
import { defineServer } from '../define-server.ts';
import { startNodeProgram } from './shared/node-program.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** `url` is without a database. See programs/ragflow-executors.ts for what each of them has. */
    readonly ragflowExecutors: { readonly url: string; readonly names: readonly string[]; readonly port: number };
  }
}

export default defineServer({
  name: 'ragflowExecutors',
  demo: { name: 'ragflow_executors', title: 'a stand-in for the task executors of RAGFlow', with: 'ragflow' },
  needs: ['redis'],
  async start({ folder, before, stack }) {
    const { port } = stack.redis;
    const running = await startNodeProgram('ragflow-executors', { folder, port: before?.port }, [String(port)]);
    const names = ['task_executor_common_0', 'task_executor_common_1'];
    return { ...running, url: `redis://127.0.0.1:${String(port)}`, names };
  },
});
