export { createClient, ClickHouseLogLevel } from '@clickhouse/client';
