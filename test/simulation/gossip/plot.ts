// Line charts as SVG, for the report of the simulation.

const WIDTH = 720;
const HEIGHT = 380;
const LEFT = 70;
const RIGHT = 20;
const TOP = 44;
const BOTTOM = 52;
const COLOURS = ['#1b6ca8', '#c4572e', '#3b8f4b', '#7a4fa3'];

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly title: string;
  readonly ticks: readonly number[];
  /** Logarithmic, of 1 + the value: a count may be 0. */
  readonly isLog?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly withDots?: boolean;
}

/** From a value to its place between the axis's first and last tick, 0 … 1. */
function scaleOf({ ticks, isLog }: Axis): (value: number) => number {
  const bend = (value: number) => (isLog === true ? Math.log10(1 + value) : value);
  const low = bend(ticks[0] ?? 0);
  const high = bend(ticks.at(-1) ?? 1);
  return (value) => (bend(value) - low) / (high - low);
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" ${more}>${content}</text>`;
}

export function svgOf({ title, x, y, series, withDots }: Chart): string {
  const [scaleX, scaleY] = [scaleOf(x), scaleOf(y)];
  const placeX = (value: number) => LEFT + scaleX(value) * (WIDTH - LEFT - RIGHT);
  const placeY = (value: number) => HEIGHT - BOTTOM - scaleY(value) * (HEIGHT - TOP - BOTTOM);
  const middleY = (HEIGHT + TOP - BOTTOM) / 2;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(WIDTH / 2, 20, title, 'middle', 'font-size="15"'),
    text((WIDTH + LEFT - RIGHT) / 2, HEIGHT - 12, x.title, 'middle'),
    text(18, middleY, y.title, 'middle', `transform="rotate(-90 18 ${middleY})"`),
  ];
  for (const tick of x.ticks) {
    const at = placeX(tick).toFixed(1);
    parts.push(`<path d="M${at} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/>`);
    parts.push(text(placeX(tick), HEIGHT - BOTTOM + 16, String(tick), 'middle'));
  }
  for (const tick of y.ticks) {
    const at = placeY(tick);
    parts.push(`<path d="M${LEFT} ${at.toFixed(1)}H${WIDTH - RIGHT}" stroke="#ddd"/>`);
    parts.push(text(LEFT - 6, at + 4, String(tick), 'end'));
  }
  for (const [i, { name, points }] of series.entries()) {
    const colour = COLOURS[i % COLOURS.length];
    const places = points.map(([px, py]) => `${placeX(px).toFixed(1)} ${placeY(py).toFixed(1)}`);
    parts.push(`<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    if (withDots === true) {
      for (const place of places) {
        const [cx, cy] = place.split(' ');
        parts.push(`<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`);
      }
    }
    const at = LEFT + 10 + (i * (WIDTH - LEFT - RIGHT)) / series.length;
    parts.push(`<path d="M${at} 34h18" stroke="${colour}" stroke-width="3"/>`, text(at + 24, 38, name, 'start'));
  }
  return `${parts.join('\n')}\n</svg>\n`;
}
