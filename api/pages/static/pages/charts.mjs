// Charts of what a table on the same page says in numbers. `<figure data-chart="trend" data-from="id of the JSON">`.
import * as echarts from "../vendor/echarts/echarts.esm.min.mjs";

const MEASURES = ["declared", "collected", "received", "recycled", "paid"];
const css = (name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};

/** The words of the cards: what each measure is called in the page's language. */
const called = (name) => document.querySelector(`.card.${name} h3`)?.textContent ?? name;

const COLOURS = { pickup: "declared", load: "collected", part: "collected", grouping: "collected", plant: "received", batch: "recycled",
  product: "recycled", byproduct: "recycled", sale: "paid", refused: "bad", lost: "soft" };

const KINDS = {
  lineage: ({ nodes, links }) => ({
    tooltip: { backgroundColor: css("sheet"), borderColor: css("line"), textStyle: { color: css("ink") },
      valueFormatter: (value) => value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 3 }) },
    series: [{
      type: "sankey", left: 8, right: 130, top: 8, bottom: 8, nodeWidth: 14, nodeGap: 18, draggable: false,
      data: nodes.map((one) => ({ name: one.name, itemStyle: { color: css(COLOURS[one.kind]) } })),
      links: links.map(({ source, target, value }) => ({ source, target, value })),
      label: { color: css("ink"), formatter: ({ name }) => nodes.find((one) => one.name === name).called },
      lineStyle: { color: "gradient", opacity: 0.35 },
    }],
  }),
  trend: ({ months, series }) => ({
    grid: { left: 48, right: 56, top: 36, bottom: 28 },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: { color: css("soft") } },
    tooltip: { trigger: "axis", backgroundColor: css("sheet"), borderColor: css("line"), textStyle: { color: css("ink") },
      valueFormatter: (value) => value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }) },
    xAxis: { type: "category", data: months, axisLine: { lineStyle: { color: css("line") } }, axisLabel: { color: css("soft") } },
    yAxis: [
      { type: "value", axisLabel: { color: css("soft") }, splitLine: { lineStyle: { color: css("line") } } },
      { type: "value", axisLabel: { color: css("paid") }, splitLine: { show: false } },
    ],
    series: [
      ...MEASURES.map((name) => ({
        name: called(name), type: "line", data: series[name], showSymbol: false, lineStyle: { width: 2 },
        itemStyle: { color: css(name) }, emphasis: { focus: "series" },
      })),
      { name: called("money"), type: "bar", yAxisIndex: 1, data: series.money, itemStyle: { color: css("paid"), opacity: 0.28 } },
    ],
  }),
};

for (const figure of document.querySelectorAll("[data-chart]")) {
  const facts = JSON.parse(document.getElementById(figure.dataset.from).textContent);
  const chart = echarts.init(figure, null, { renderer: "canvas" });
  const draw = () => chart.setOption({ animation: false, textStyle: { fontFamily: "inherit" }, ...KINDS[figure.dataset.chart](facts) }, true);
  draw();
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", figure.closest("section").querySelector("h2").textContent);
  addEventListener("theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(() => chart.resize()).observe(figure);
}
