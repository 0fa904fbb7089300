/** Node itself. */
export function main_handler(): Promise<object> {
  return Promise.resolve({});
}
