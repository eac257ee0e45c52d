/** The commands, one entry each. A command's file is loaded when the command is used. */
import type { CommandEntry } from './command.ts';

export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'Writes the document of a new namespace, with a token',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'serve',
    summary: 'Serves the endpoint on a port',
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'check',
    summary: 'Runs the checks of a namespace once',
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'validate',
    summary: 'Reports every mistake in the documents of namespaces',
    load: async () => (await import('./validate.ts')).validate,
  },
  {
    name: 'kinds',
    summary: 'Shows what each kind of check proves, and its keys',
    load: async () => (await import('./kinds.ts')).kinds,
  },
  {
    name: 'token',
    summary: 'Creates an access token; adds it to a namespace, or drops others',
    load: async () => (await import('./token.ts')).token,
  },
  {
    name: 'history',
    summary: 'Shows what was recorded: uptime, outages, changes, and notices that could not be sent',
    load: async () => (await import('./history.ts')).history,
  },
  {
    name: 'notify',
    summary: 'Lists who is told of outages, and sends them test notices',
    load: async () => (await import('./notify.ts')).notify,
  },
  {
    name: 'maintenance',
    summary: 'Begins, ends and shows maintenance, during which nobody is told of failures',
    load: async () => (await import('./maintenance.ts')).maintenance,
  },
  {
    name: 'generate',
    summary: 'Makes configuration for programs that read the endpoint',
    load: async () => (await import('./generate.ts')).generate,
  },
  {
    name: 'ping',
    summary: 'Requests a health URL several times, from outside',
    load: async () => (await import('./ping.ts')).ping,
  },
  {
    name: 'completion',
    summary: 'Prints a script with which a shell completes the command line',
    load: async () => (await import('./completion.ts')).completionOf(commands),
  },
];
