/** The programs for which configuration can be made, one entry each. */
import type { ConsumerEntry } from './consumer.ts';

export const consumers: readonly ConsumerEntry[] = [
  {
    name: 'gatus',
    summary: 'endpoints of gatus, one for each check',
    load: async () => (await import('./gatus.ts')).gatus,
  },
  {
    name: 'blackbox',
    summary: 'a module for the blackbox exporter of Prometheus',
    load: async () => (await import('./blackbox.ts')).blackbox,
  },
  {
    name: 'prometheus-rules',
    summary: 'alerts of Prometheus, one for each cause',
    load: async () => (await import('./prometheus-rules.ts')).prometheusRules,
  },
  {
    name: 'uptime-kuma',
    summary: 'monitors of Uptime Kuma, to import',
    load: async () => (await import('./uptime-kuma.ts')).uptimeKuma,
  },
  {
    name: 'upptime',
    summary: 'a site of Upptime',
    load: async () => (await import('./upptime.ts')).upptime,
  },
  {
    name: 'synthetics',
    summary: 'a canary of CloudWatch Synthetics, multi checks blueprint',
    load: async () => (await import('./synthetics.ts')).synthetics,
  },
  {
    name: 'route53',
    summary: 'a health check of Route 53, as a CloudFormation template',
    load: async () => (await import('./route53.ts')).route53,
  },
  {
    name: 'statuspage',
    summary: 'components and groups of Statuspage',
    load: async () => (await import('./statuspage.ts')).statuspage,
  },
  {
    name: 'kubernetes',
    summary: 'readiness and startup probes, and a ServiceMonitor',
    load: async () => (await import('./kubernetes.ts')).kubernetes,
  },
  {
    name: 'openapi',
    summary: 'the endpoint as an OpenAPI 3.1 document',
    load: async () => (await import('./openapi.ts')).openapi(),
  },
];
