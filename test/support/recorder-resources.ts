/** The names that the resources of the recorder have on the emulator, where the tests of permissions look at them. */
export const RECORDER = {
  table: 'permissions-history',
  recordQueue: 'permissions-record',
  noticeQueue: 'permissions-notices.fifo',
  topic: 'permissions-topic',
  /** An identity of SES. */
  sender: 'permissions.example',
} as const;
