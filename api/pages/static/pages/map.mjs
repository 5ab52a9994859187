// The country by vector tiles of our own server: regions, and their districts from zoom 5; figures are joined by code.
import * as maplibre from "../vendor/maplibre-gl/maplibre-gl.mjs";

const STEPS = 5;
const RAMP = { light: ["#e3efe9", "#b5d8c9", "#7dbda4", "#3f9c7e", "#00735a"], dark: ["#1d3b33", "#24564a", "#2a7564", "#2f977e", "#5fd0b0"] };
const isDark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const css = (name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};

/** Where the colours change: equal numbers of units in each, so that one large region does not whiten all others. */
function breaks(values) {
  const sorted = values.filter((one) => one > 0).sort((a, b) => a - b);
  const found = [];
  for (let n = 1; n < STEPS; n++) found.push(sorted[Math.floor((sorted.length * n) / STEPS)] ?? Infinity);
  return [...new Set(found)];
}

/** An empty map of the country with its borders; the caller adds what it shows. */
function country(box) {
  const map = new maplibre.Map({
    container: box, attributionControl: { compact: true, customAttribution: "geokz, CC BY 4.0" }, dragRotate: false,
    bounds: [[46, 40.2], [87.8, 55.6]], fitBoundsOptions: { padding: 8 }, minZoom: 2, maxZoom: 12,
    style: {
      version: 8,
      sources: { units: { type: "vector", tiles: [`${location.origin}/tiles/units/{z}/{x}/{y}`], maxzoom: 12,
        promoteId: { regions: "kato", districts: "kato" } } },
      layers: [],
    },
  });
  map.touchZoomRotate.disableRotation();
  return map;
}

/** Layers are painted anew when the theme changes. */
function onTheme(redraw) {
  addEventListener("theme", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

function replace(map, layers) {
  for (const layer of layers) if (map.getLayer(layer.id)) map.removeLayer(layer.id);
  for (const layer of layers) map.addLayer(layer);
}

const facts = (box) => JSON.parse(document.getElementById(box.dataset.from).textContent);
const ground = (fill) => [
  { id: "ground", type: "background", paint: { "background-color": css("sheet") } },
  { id: "regions", type: "fill", source: "units", "source-layer": "regions", paint: { "fill-color": fill } },
  { id: "districts-line", type: "line", source: "units", "source-layer": "districts", minzoom: 5, paint: { "line-color": css("line"), "line-width": 0.6 } },
  { id: "regions-line", type: "line", source: "units", "source-layer": "regions", paint: { "line-color": css("sheet"), "line-width": 1.2 } },
];

/** Units by how much was recycled there. */
function choropleth(box) {
  const figures = facts(box), language = box.dataset.language;
  const edges = breaks(Object.values(figures).map((one) => one.recycled));
  const write = (value) => value.toLocaleString(language, { maximumFractionDigits: 0 });
  const map = country(box);
  const ramp = () => RAMP[isDark() ? "dark" : "light"];
  const draw = () => {
    const value = ["coalesce", ["feature-state", "value"], 0];
    replace(map, ground(["case", [">", value, 0],
      edges.length ? ["step", value, ramp()[0], ...edges.flatMap((edge, n) => [edge, ramp()[n + 1]])] : ramp()[2], css("paper")]));
    box.parentElement.querySelector("[data-legend]").replaceChildren(...[0, ...edges].map((edge, n) => {
      const item = document.createElement("span"), swatch = document.createElement("i");
      swatch.style.background = ramp()[n];
      item.append(swatch, n < edges.length ? `${write(edge)}–${write(edges[n])}` : `≥ ${write(edge)}`);
      return item;
    }));
  };
  map.on("load", () => {
    draw();
    for (const [kato, one] of Object.entries(figures)) map.setFeatureState({ source: "units", sourceLayer: "regions", id: kato }, { value: one.recycled });
    onTheme(draw);
    box.dataset.ready = "true";
  });
  const popup = new maplibre.Popup({ closeButton: false, closeOnClick: false, maxWidth: "240px" });
  map.on("mousemove", "regions", (event) => {
    const unit = event.features[0].properties;
    map.getCanvas().style.cursor = "pointer";
    popup.setLngLat(event.lngLat).setText(`${unit[language]}: ${write(figures[unit.kato]?.recycled ?? 0)}`).addTo(map);
  });
  map.on("mouseleave", "regions", () => popup.remove());
  map.on("click", "regions", (event) => map.easeTo({ center: event.lngLat, zoom: Math.max(map.getZoom() + 1.5, 5.2) }));
}

/** Points that lead to their pages; read anew whenever the part that holds them was refreshed. */
function points(box) {
  const map = country(box);
  const draw = () => replace(map, [...ground(css("paper")), {
    id: "points", type: "circle", source: "points",
    paint: { "circle-radius": ["interpolate", ["linear"], ["/", ["get", "grams"], 1e6], 0, 5, 20, 14],
      "circle-color": css("paid"), "circle-opacity": 0.85, "circle-stroke-color": css("sheet"), "circle-stroke-width": 1.5 } }]);
  map.on("load", () => {
    map.addSource("points", { type: "geojson", data: facts(box) });
    draw();
    onTheme(draw);
    box.dataset.ready = "true";
    box.dataset.points = facts(box).features.length;
    addEventListener("htmx:afterSettle", () => {
      map.getSource("points").setData(facts(box));
      box.dataset.points = facts(box).features.length;
    });
  });
  map.on("mousemove", "points", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "points", () => { map.getCanvas().style.cursor = ""; });
  map.on("click", "points", (event) => { location.href = box.dataset.to + event.features[0].properties.id; });
}

const KINDS = { units: choropleth, points };
for (const box of document.querySelectorAll("[data-map]")) KINDS[box.dataset.map](box);
