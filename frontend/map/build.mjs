// Draws the base map of all pictures from Natural Earth: one Mercator map, of which regions are cut, and one
// Equal Earth map of the world. Writes SVG files of two paths each, `land` and `borders`, without any colour.
// The same input gives the same bytes. Run with `npm ci && npm run build`.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { geoContains, geoEqualEarthRaw, geoMercatorRaw, geoPath, geoProjection } from "d3-geo";
import { feature, merge, mergeArcs, mesh } from "topojson-client";
import { presimplify, simplify } from "topojson-simplify";

const OUTPUT = new URL("../../src/twin_graph/static/base/", import.meta.url);
const ANTARCTICA = "010";
const RUSSIA = "643";
const UKRAINE = "804";
const CRIMEA = [
  [34.1, 44.95], // Simferopol
  [33.53, 44.6], // Sevastopol
  [36.4, 45.33], // Kerch
];
const RADIANS = Math.PI / 180;

// Width and top in units of the file; pictures/projections.py knows the same numbers.
const MAPS = [
  { name: "mercator", source: "50m", raw: geoMercatorRaw, width: 20000, north: 84, south: -60, detail: 64, island: 700 },
  { name: "world", source: "110m", raw: geoEqualEarthRaw, width: 4000, north: 84, south: -57, detail: 14, island: 60 },
];

for (const map of MAPS) {
  const drawn = draw(map);
  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(new URL(`${map.name}.svg`, OUTPUT), drawn);
  console.log(`${map.name}.svg: ${drawn.length} bytes`);
}

function draw(map) {
  const atlas = JSON.parse(readFileSync(`node_modules/world-atlas/countries-${map.source}.json`, "utf8"));
  const project = projection(map);
  const countries = moveCrimea(atlas);
  countries.geometries = countries.geometries.filter((country) => country.id !== ANTARCTICA);
  const weighed = presimplify({ ...atlas, objects: { countries } }, (triangle) => doubleArea(triangle, map));
  const coarse = simplify(weighed, map.detail);
  const shapes = coarse.objects.countries;
  const land = withoutSpecks(merge(coarse, shapes.geometries), map);
  const borders = mesh(coarse, shapes, (a, b) => a !== b);
  const [width, height] = project.clipExtent()[1];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">`,
    "<desc>Made with Natural Earth, naturalearthdata.com (public domain). Crimea is part of Ukraine (UN General Assembly resolution 68/262).</desc>",
    `<path id="land" d="${path(land, project)}"/>`,
    `<path id="borders" fill="none" vector-effect="non-scaling-stroke" d="${path(borders, project)}"/>`,
    "</svg>\n",
  ].join("\n");
}

/** Degrees to units of the file; the top left corner is 180° west, at the northern edge. Cuts what leaves the map. */
function projection({ raw, width, north, south }) {
  const scale = width / (2 * raw(Math.PI, 0)[0]);
  const [top, bottom] = [north, south].map((latitude) => raw(0, latitude * RADIANS)[1] * scale);
  const height = Math.round(top - bottom);
  return geoProjection(raw).precision(0).scale(scale).translate([width / 2, top]).clipExtent([[0, 0], [width, height]]);
}

/**
 * The countries with Crimea as part of Ukraine: Natural Earth draws who holds a place, we draw whose it is.
 * The rings change hands in the topology, so that the line between Crimea and the mainland goes too.
 */
function moveCrimea(atlas) {
  const countries = { ...atlas.objects.countries };
  const [russia, ukraine] = [RUSSIA, UKRAINE].map((id) => countries.geometries.find((country) => country.id === id));
  const parts = polygons(russia);
  const isCrimea = (arcs) => CRIMEA.some((place) => geoContains(feature(atlas, { type: "Polygon", arcs }), place));
  const moved = parts.filter(isCrimea);
  if (moved.length === 0 || moved.length === parts.length) throw new Error("Crimea is not where it was looked for");
  const kept = { ...russia, type: "MultiPolygon", arcs: parts.filter((part) => !moved.includes(part)) };
  const whole = { ...ukraine, ...mergeArcs(atlas, [ukraine, { type: "MultiPolygon", arcs: moved }]) };
  for (const place of CRIMEA) {
    if (geoContains(feature(atlas, kept), place)) throw new Error(`Russia still contains ${place}`);
  }
  if (!geoContains(feature(atlas, whole), CRIMEA[0])) throw new Error("Ukraine does not contain Simferopol");
  const changed = new Map([[RUSSIA, kept], [UKRAINE, whole]]);
  countries.geometries = countries.geometries.map((country) => changed.get(country.id) ?? country);
  return countries;
}

function polygons(country) {
  return country.type === "MultiPolygon" ? country.arcs : [country.arcs];
}

/** Twice the area of a ring in units of the file; true areas, or the Arctic would be drawn finest. */
function doubleArea(ring, { width }) {
  const points = ring.map(([longitude, latitude]) => geoEqualEarthRaw(longitude * RADIANS, latitude * RADIANS));
  const sum = points.reduce((total, [x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length];
    return total + x * nextY - nextX * y;
  }, 0);
  return Math.abs(sum) * (width / 2 / geoEqualEarthRaw(Math.PI, 0)[0]) ** 2;
}

/** Leave out the islands that would not be seen, and the gaps that the smallest states leave in their neighbours. */
function withoutSpecks(land, map) {
  const isSeen = (ring) => doubleArea(ring, map) >= map.island;
  const seen = land.coordinates.filter(([outside]) => isSeen(outside));
  return { ...land, coordinates: seen.map(([outside, ...holes]) => [outside, ...holes.filter(isSeen)]) };
}

/** A shape as path data of whole numbers: each piece begins at an absolute point and goes on in steps. */
function path(shape, project) {
  const pieces = [];
  let piece = null;
  const context = {
    moveTo: (x, y) => { piece = [[Math.round(x), Math.round(y)]]; pieces.push(piece); },
    lineTo: (x, y) => { piece.push([Math.round(x), Math.round(y)]); },
    closePath: () => { piece.closed = true; },
    arc: () => {},
  };
  geoPath(project, context)(shape);
  return pieces.map(steps).join("");
}

function steps(points) {
  let [x, y] = points[0];
  let text = `M${x} ${y}`;
  let letter = "l";
  for (const [nextX, nextY] of points.slice(1)) {
    if (nextX === x && nextY === y) continue;
    const [dx, dy] = [nextX - x, nextY - y];
    text += `${letter}${dx}${dy < 0 ? "" : " "}${dy}`;
    letter = " ";
    [x, y] = [nextX, nextY];
  }
  if (letter === "l") return "";
  return (text + (points.closed ? "z" : "")).replace(/ -/g, "-");
}
