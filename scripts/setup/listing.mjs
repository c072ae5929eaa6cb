/** What a person sees of the set-up: one line for each part as it is done, and below them, in a terminal, what is under way. */
import { availableParallelism } from 'node:os';
import { packageJson } from './places.mjs';

const nameWidth = 26;
const howWidth = 22;

/** Something cannot be had. `remedy` says what to install or which variable to set. */
export class PartMissing extends Error {
  constructor(message, remedy, detail = '') {
    super(message);
    this.remedy = remedy;
    this.detail = detail;
  }
}

export function createListing(stream = process.stdout) {
  const terminal = stream.isTTY ?? false;
  const under = new Map();
  let drawn = false;
  let started = false;

  function erase() {
    if (drawn) stream.write('\r\u001b[K');
    drawn = false;
  }

  function draw() {
    if (!terminal || under.size === 0) return;
    erase();
    const text = [...under].map(([name, state]) => `${name} ${state.doing}`.trim()).join(' · ');
    stream.write(` … ${text}`.slice(0, (stream.columns || 80) - 1));
    drawn = true;
  }

  function print(mark, name, how, state) {
    erase();
    if (!started) stream.write(`${header()}\n\n`);
    started = true;
    const took = (Date.now() - state.since - state.waited) / 1000;
    const line = ` ${mark} ${name.padEnd(nameWidth)} ${how.padEnd(howWidth)} ${took.toFixed(took < 9.95 ? 1 : 0).padStart(5)} s`;
    stream.write(`${line}\n`);
    draw();
  }

  const timer = setInterval(tick, terminal ? 200 : 15_000);
  timer.unref();
  function tick() {
    if (terminal) return draw();
    for (const [name, state] of under) if (state.doing) print('…', name, state.doing, state);
  }

  return {
    /**
     * Does one part, and says how it was had. `work` gets a function to say what it is doing, and one to wait for other
     * parts, whose time is not its own.
     */
    async part(name, work) {
      const state = { doing: '', since: Date.now(), waited: 0 };
      under.set(name, state);
      const wait = async (other) => {
        const since = Date.now();
        state.doing = '';
        await other;
        state.waited += Date.now() - since;
      };
      try {
        const result = await work((doing) => (state.doing = doing), wait);
        under.delete(name);
        print('✓', result.name ?? name, result.how, state);
        return result;
      } catch (error) {
        under.delete(name);
        if (!error.follows) print('✗', name, error instanceof PartMissing ? 'missing' : 'failed', state);
        throw error;
      }
    },
    note(text) {
      erase();
      stream.write(` ${text}\n`);
      draw();
    },
    ready(names, tookMs) {
      stream.write(`${header()}\n\n ✓ ${names.join(', ')}: ready  ${(tookMs / 1000).toFixed(1)} s\n`);
    },
    end() {
      clearInterval(timer);
      erase();
    },
  };
}

function header() {
  const { version } = packageJson();
  const [major, minor] = process.versions.node.split('.');
  return `Gradus ${version} · Node ${major}.${minor} · ${availableParallelism()} cores`;
}
