/**
 * The program one plugin runs in: started by the host with the permission model on, an environment of its
 * own and the channel as descriptor 3. It exports nothing, so that plugin code which imports it gains nothing.
 */
import { Socket } from 'node:net';
import { CHANNEL_FD, DENY_NETWORK } from '../protocol.js';
import { Channel } from './channel.js';
import { Guest } from './guest.js';
import { lockDown } from './lockdown.js';
import { dropNetwork } from './network.js';

const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
lockDown(socket);

const channel = new Channel(socket, (message) => void guest.receive(message));
const guest = new Guest(channel);
if (process.argv.includes(DENY_NETWORK)) dropNetwork();

process.on('uncaughtException', (error) => guest.fail('uncaught exception', error));
process.on('unhandledRejection', (reason) => guest.fail('unhandled rejection', reason));
