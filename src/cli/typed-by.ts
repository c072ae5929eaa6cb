/** From where the command line says something: `--by` is taken on trust, so the account of the machine is kept beside it. */
import { hostname, userInfo } from 'node:os';

export function viaCli(): string {
  return `cli, typed by ${userInfo().username}@${hostname()}`;
}
