// Line charts as SVG, for the report of the simulation. Lines differ in colour, dashes and marks, so that they can be told
// apart in grey, too; the legend stands beside the plot.

const WIDTH = 760;
const HEIGHT = 380;
const LEFT = 76;
const RIGHT = 200;
const TOP = 40;
const BOTTOM = 52;
/** The legend, right of the plot. */
const LEGEND_LEFT = WIDTH - RIGHT + 16;
const LEGEND_LINE = 24;
const SAMPLE_WIDTH = 36;
/** How far apart the marks of a line are that has very many points. */
const MARK_DISTANCE = 70;

interface Look {
  readonly colour: string;
  readonly dashes: string;
  /** An SVG path around 0 0. */
  readonly mark: string;
}

const LOOKS: readonly Look[] = [
  { colour: '#1b6ca8', dashes: 'none', mark: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z' },
  { colour: '#c4572e', dashes: '9 4', mark: 'M-4 -4h8v8h-8z' },
  { colour: '#3b8f4b', dashes: '2 3', mark: 'M0 -5L5 4H-5z' },
];

export interface Point {
  readonly x: number;
  readonly y: number;
  /** The smallest and the largest of what `y` is the mean of. */
  readonly range?: readonly [low: number, high: number];
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
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
}

interface Place {
  readonly x: number;
  readonly y: number;
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

function tickText(value: number): string {
  return value.toLocaleString('en');
}

function markAt({ colour, mark }: Look, { x, y }: Place): string {
  return `<path d="${mark}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)})" fill="${colour}"/>`;
}

function lineAlong({ colour, dashes }: Look, places: readonly Place[]): string {
  const path = places.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L');
  return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes}"/>`;
}

/** Every place where there are few; of many those that keep a distance. */
function marked(places: readonly Place[]): Place[] {
  const kept: Place[] = [];
  for (const place of places) {
    const last = kept.at(-1);
    if (last === undefined || Math.hypot(place.x - last.x, place.y - last.y) >= MARK_DISTANCE) kept.push(place);
  }
  return places.length < 20 ? [...places] : kept;
}

export function svgOf({ title, x, y, series }: Chart): string {
  const [scaleX, scaleY] = [scaleOf(x), scaleOf(y)];
  const placeX = (value: number) => LEFT + scaleX(value) * (WIDTH - LEFT - RIGHT);
  const placeY = (value: number) => HEIGHT - BOTTOM - scaleY(value) * (HEIGHT - TOP - BOTTOM);
  const middleX = (WIDTH + LEFT - RIGHT) / 2;
  const middleY = (HEIGHT + TOP - BOTTOM) / 2;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(middleX, 22, title, 'middle', 'font-size="15"'),
    text(middleX, HEIGHT - 12, x.title, 'middle'),
    text(18, middleY, y.title, 'middle', `transform="rotate(-90 18 ${middleY})"`),
  ];
  for (const tick of x.ticks) {
    const at = placeX(tick);
    parts.push(`<path d="M${at.toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/>`);
    parts.push(text(at, HEIGHT - BOTTOM + 16, tickText(tick), 'middle'));
  }
  for (const tick of y.ticks) {
    const at = placeY(tick);
    parts.push(`<path d="M${LEFT} ${at.toFixed(1)}H${WIDTH - RIGHT}" stroke="#ddd"/>`);
    parts.push(text(LEFT - 6, at + 4, tickText(tick), 'end'));
  }
  for (const [i, { name, points }] of series.entries()) {
    const look = LOOKS[i % LOOKS.length] as Look;
    const places = points.map((point) => ({ x: placeX(point.x), y: placeY(point.y) }));
    parts.push(lineAlong(look, places));
    for (const { x: px, range } of points) {
      if (range === undefined) continue;
      const [low, high] = range.map((value) => placeY(value).toFixed(1));
      parts.push(`<path d="M${placeX(px).toFixed(1)} ${low}V${high}" stroke="${look.colour}" stroke-width="1"/>`);
    }
    for (const place of marked(places)) parts.push(markAt(look, place));
    const at = TOP + 12 + i * LEGEND_LINE;
    const [from, to] = [LEGEND_LEFT, LEGEND_LEFT + SAMPLE_WIDTH].map((px) => ({ x: px, y: at })) as [Place, Place];
    parts.push(lineAlong(look, [from, to]), markAt(look, { x: (from.x + to.x) / 2, y: at }));
    parts.push(text(to.x + 8, at + 4, name, 'start'));
  }
  return `${parts.join('\n')}\n</svg>\n`;
}
