// Writes provinces.json: the outlines that the map of the home page draws, small enough to stand inside the page.
// The file is committed, so that a server draws the map without node_modules. Source: @svg-maps/indonesia (CC BY 4.0),
// which has the 34 provinces there were until 2022; the six newer ones lie within two of its shapes.
import { writeFileSync } from "node:fs";
import source from "@svg-maps/indonesia";

// Shape → codes of the provinces that lie in it (ministry of home affairs).
const provinces = {
  ac: ["11"], su: ["12"], sb: ["13"], ri: ["14"], ja: ["15"], ss: ["16"], be: ["17"], la: ["18"], bb: ["19"],
  kr: ["21"], jk: ["31"], jb: ["32"], jt: ["33"], yo: ["34"], ji: ["35"], bt: ["36"], ba: ["51"], nb: ["52"],
  nt: ["53"], kb: ["61"], kt: ["62"], ks: ["63"], ki: ["64"], ku: ["65"], sa: ["71"], st: ["72"], sn: ["73"],
  sg: ["74"], go: ["75"], sr: ["76"], ma: ["81"], mu: ["82"], pa: ["91", "93", "94", "95"], pb: ["92", "96"],
};
const TOLERANCE = 1.1; // units of the source, which is 793 wide
const SMALLEST = 2.5; // square units: smaller islands would be specks, unless they are all a province has

/** The rings of a path of relative moves, as lists of absolute points. */
function rings(path) {
  const found = [];
  let [x, y] = [0, 0];
  for (const part of path.split(/\s*z\s*/).filter(Boolean)) {
    const ring = [];
    for (const step of part.replace("m", "").trim().split(/\s+/)) {
      const [dx, dy] = step.split(",").map(Number);
      [x, y] = [x + dx, y + dy];
      ring.push([x, y]);
    }
    found.push(ring);
    [x, y] = ring[0]; // "z" goes back to where the ring began
  }
  return found;
}

const area = (ring) =>
  Math.abs(ring.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = ring[(at + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0)) / 2;

/** Douglas and Peucker: the points that keep the line within the tolerance. */
function simplified(line) {
  const [first, last] = [line[0], line.at(-1)];
  const length = Math.hypot(last[0] - first[0], last[1] - first[1]);
  let [farthest, at] = [0, 0];
  for (let number = 1; number < line.length - 1; number += 1) {
    const [x, y] = [line[number][0] - first[0], line[number][1] - first[1]];
    const distance = length
      ? Math.abs(x * (last[1] - first[1]) - y * (last[0] - first[0])) / length
      : Math.hypot(x, y);
    if (distance > farthest) [farthest, at] = [distance, number];
  }
  if (farthest <= TOLERANCE) return [first, last];
  return [...simplified(line.slice(0, at + 1)).slice(0, -1), ...simplified(line.slice(at))];
}

/** Half units as whole numbers, each point as the step from the one before. */
function drawn(ring) {
  let before = [0, 0];
  const steps = [];
  for (const [x, y] of ring) {
    const point = [Math.round(2 * x), Math.round(2 * y)];
    const step = [point[0] - before[0], point[1] - before[1]];
    if (steps.length && !step[0] && !step[1]) continue;
    steps.push(`${step[0]}${step[1] < 0 ? "" : " "}${step[1]}`);
    before = point;
  }
  return steps;
}

function outline(path) {
  const all = rings(path).sort((one, other) => area(other) - area(one));
  const kept = all.filter((ring, at) => at === 0 || area(ring) >= SMALLEST);
  return kept.map((ring) => {
    const half = Math.floor(ring.length / 2); // a ring has no ends: it is simplified as two lines
    const points = [...simplified(ring.slice(0, half + 1)).slice(0, -1), ...simplified([...ring.slice(half), ring[0]])];
    const [first, ...steps] = drawn(points.slice(0, -1));
    return steps.length > 1 ? `M${first}l${steps.join(" ")}z`.replaceAll(" -", "-") : "";
  }).join("");
}

const shapes = source.locations.map(({ id, path }) => ({ codes: provinces[id.slice(3)], path: outline(path) }));
const [left, top, width, height] = source.viewBox.split(" ").map((number) => 2 * Number(number));
const map = { view_box: `${left} ${top} ${width} ${height}`, width, height, shapes };
writeFileSync(new URL("../provinces.json", import.meta.url), `${JSON.stringify(map, null, 1)}\n`);
