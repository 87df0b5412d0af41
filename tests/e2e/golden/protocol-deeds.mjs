// What was done at the server while a transcript was recorded, done by another client.
import { Client } from '../support/client.mjs';
import { deadline } from '../support/wait.mjs';

/** By transcript and case: `deed(url, ours)`; `ours` gives our value for a recorded one, by its name. */
export const deeds = {
  'sio5-recovery': {
    async recovered(url, ours) {
      const other = await Client.open(url, '/').connected();
      other.socket.emit('to-room', 'r1', 'missed-1');
      other.socket.emit('all', 'missed-2');
      other.socket.emit('to-room', 'r9', 'not-for-us');
      other.socket.emit('direct', ours('sid2'), 'missed-3');
      other.socket.emit('volatile-all', 'volatile-not-stored');
      await other.socket.timeout(deadline).emitWithAck('message-with-ack');
      other.close();
    },
  },
};
