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

for (const box of document.querySelectorAll('[data-map="units"]')) {
  const figures = JSON.parse(document.getElementById(box.dataset.from).textContent);
  const language = box.dataset.language;
  const values = Object.values(figures).map((one) => one.recycled);
  const edges = breaks(values);
  const write = (value) => value.toLocaleString(language, { maximumFractionDigits: 0 });
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
  const colour = () => {
    const ramp = RAMP[isDark() ? "dark" : "light"];
    const value = ["coalesce", ["feature-state", "value"], 0];
    return ["case", [">", value, 0], ["step", value, ramp[0], ...edges.flatMap((edge, n) => [edge, ramp[n + 1]])], css("paper")];
  };
  const paint = () => {
    for (const layer of ["ground", "regions", "districts-line", "regions-line"]) if (map.getLayer(layer)) map.removeLayer(layer);
    map.addLayer({ id: "ground", type: "background", paint: { "background-color": css("sheet") } });
    map.addLayer({ id: "regions", type: "fill", source: "units", "source-layer": "regions", paint: { "fill-color": colour() } });
    map.addLayer({ id: "districts-line", type: "line", source: "units", "source-layer": "districts", minzoom: 5, paint: { "line-color": css("line"), "line-width": 0.6 } });
    map.addLayer({ id: "regions-line", type: "line", source: "units", "source-layer": "regions", paint: { "line-color": css("sheet"), "line-width": 1.2 } });
  };
  map.on("load", () => {
    paint();
    for (const [kato, one] of Object.entries(figures)) map.setFeatureState({ source: "units", sourceLayer: "regions", id: kato }, { value: one.recycled });
    legend();
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
  const legend = () => {
    const ramp = RAMP[isDark() ? "dark" : "light"];
    const to = box.parentElement.querySelector("[data-legend]");
    to.replaceChildren(...[0, ...edges].map((edge, n) => {
      const item = document.createElement("span"), swatch = document.createElement("i");
      swatch.style.background = ramp[n];
      item.append(swatch, n < edges.length ? `${write(edge)}–${write(edges[n])}` : `≥ ${write(edge)}`);
      return item;
    }));
  };
  const redraw = () => { if (box.dataset.ready) { paint(); legend(); } };
  addEventListener("theme", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
