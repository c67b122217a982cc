// Builds the front-end files that are committed: scripts, sheets, fonts, notices of third parties, and the manifest of all.
// The same packages give the same bytes. Run with `npm ci && npm ci --prefix map && npm run build`.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUTPUT = resolve(process.argv[2] ?? join(HERE, "../src/twin_graph/static"));
const MAP = join(OUTPUT, "base");
const LICENCE = /^(licen[cs]e|copying)(\.md|\.txt)?$/i;
const WEB_FONT = "@fontsource-variable/source-sans-3";
const PICTURE_FONT = "source-sans";
// Packages of which nothing but the result ships: what it says of its source is what a reader may want.
const DATA = {
  "world-atlas": "The base map in base/ is drawn from Natural Earth (naturalearthdata.com, public domain) as this package holds it.",
};
const HEAD = `THIRD-PARTY NOTICES

The files of this folder hold work of others, under the licences below. Everything else in twin_graph is licensed under
the Apache License 2.0.
`;

const packages = new Map();

await bundle();
await writeSheets();
copyFonts();
for (const name of Object.keys(DATA)) addPackage(join(HERE, "map/node_modules", name), ["base/mercator.svg", "base/world.svg"]);
writeFileSync(join(OUTPUT, "THIRD-PARTY-NOTICES.txt"), notices());
writeFileSync(join(OUTPUT, "manifest.json"), `${JSON.stringify(manifest(), null, 2)}\n`);

async function bundle() {
  for (const name of ["site", "sparql"]) {
    const { metafile } = await build({
      absWorkingDir: HERE,
      entryPoints: [`src/${name}.js`],
      outfile: join(OUTPUT, `${name}.js`),
      bundle: true,
      minify: true,
      format: "esm",
      target: ["es2022"],
      charset: "utf8",
      legalComments: "none",
      banner: { js: "/* Built from frontend/; licences: THIRD-PARTY-NOTICES.txt */" },
      metafile: true,
      logLevel: "warning",
    });
    for (const input of Object.keys(metafile.inputs)) {
      const found = input.match(/^(node_modules\/(?:@[^/]+\/)?[^/]+)\//);
      if (found) addPackage(join(HERE, found[1]), [`${name}.js`]);
    }
  }
}

async function writeSheets() {
  await build({
    absWorkingDir: HERE,
    entryPoints: sheets().map((name) => `src/${name}`),
    outdir: OUTPUT,
    bundle: true,
    minify: true,
    external: ["*.woff2"],
    target: ["chrome120", "firefox121", "safari17"],
    charset: "utf8",
    banner: { css: "/* Built: edit frontend/src, then run `npm --prefix frontend run build`. */" },
    logLevel: "warning",
  });
}

function sheets() {
  return readdirSync(join(HERE, "src")).filter((name) => name.endsWith(".css"));
}

function copyFonts() {
  mkdirSync(join(OUTPUT, "fonts"), { recursive: true });
  const copy = (name, from, to) => {
    copyFileSync(join(HERE, "node_modules", name, from), join(OUTPUT, "fonts", to));
    addPackage(join(HERE, "node_modules", name), [`fonts/${to}`]);
  };
  for (const subset of ["latin", "latin-ext", "cyrillic"])
    copy(WEB_FONT, `files/source-sans-3-${subset}-wght-normal.woff2`, `source-sans-3-${subset}.woff2`);
  for (const style of ["Regular", "Bold"]) copy(PICTURE_FONT, `OTF/SourceSans3-${style}.otf`, `SourceSans3-${style}.otf`);
}

function addPackage(folder, files) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const licence = readdirSync(folder).find((each) => LICENCE.test(each));
  if (!licence) throw new Error(`${name} has no file with its licence`);
  const text = readFileSync(join(folder, licence), "utf8").replaceAll("\r\n", "\n").trim();
  const known = packages.get(name) ?? { name, version, license, files: new Set(), text };
  files.forEach((file) => known.files.add(file));
  packages.set(name, known);
}

function inOrder() {
  return [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function notices() {
  const parts = inOrder().map(({ name, version, license, files, text }) => {
    const about = DATA[name] ? `${DATA[name]}\n\n` : "";
    return `${"=".repeat(80)}\n${name} ${version} (${license})\nin ${[...files].sort().join(", ")}\n\n${about}${text}\n`;
  });
  return [HEAD, ...parts].join("\n");
}

/** Every file that is built, not those that are written by hand: a digest of each, and the packages that are in them. */
function manifest() {
  const made = [...inOrder().flatMap(({ files }) => [...files]), ...sheets(), "site.js", "sparql.js", "THIRD-PARTY-NOTICES.txt"];
  const base = readdirSync(MAP).map((name) => `base/${name}`);
  const names = [...new Set([...made, ...base])].sort();
  const digest = (name) => createHash("sha256").update(readFileSync(join(OUTPUT, name))).digest("hex");
  return {
    files: Object.fromEntries(names.map((name) => [name, digest(name)])),
    packages: inOrder().map(({ name, version, license, files }) => ({ name, version, license, files: [...files].sort() })),
  };
}
