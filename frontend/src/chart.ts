// Draws the charts of a page; main.ts loads this file, and the library with it, only where there is one.
import { BarChart, LineChart, RadarChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  RadarComponent,
  TooltipComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  BarChart,
  LineChart,
  RadarChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  RadarComponent,
  TooltipComponent,
  CanvasRenderer,
]);

interface ChartData {
  kind: "bar" | "line" | "stacked" | "radar";
  categories: string[];
  unit: string;
  most: number | null;
  series: { name: string; values: (number | null)[] }[];
}

// A canvas knows no CSS variables: they are read as colours through an element that has them.
function colour(element: Element, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!context) return found;
  context.fillStyle = found; // oklch to what the library understands
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

function options(frame: Element, data: ChartData): echarts.EChartsCoreOption {
  const text = colour(frame, "--muted");
  const line = colour(frame, "--color-base-300");
  const number = new Intl.NumberFormat(document.documentElement.lang || "id");
  const isLine = data.kind === "line";
  const common = {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: ["--color-primary", "--color-accent", "--color-success", "--color-secondary", "--color-info"].map((name) =>
      colour(frame, name),
    ),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text },
  };
  if (data.kind === "radar") return { ...common, ...radar(data, text, line) };
  return {
    ...common,
    grid: { left: 8, right: isLine ? 36 : 12, top: data.series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    legend: data.series.length > 1 ? { type: "scroll", top: 0, left: 0, textStyle: { color: text }, itemGap: 16 } : undefined,
    // Rich text: the other way writes style attributes, which the content policy forbids.
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      valueFormatter: (value: unknown) =>
        value === null || value === undefined ? "–" : `${number.format(Number(value))} ${data.unit}`.trim(),
    },
    xAxis: {
      type: "category",
      data: data.categories,
      boundaryGap: !isLine,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: { color: text, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      axisLabel: { color: text, formatter: (value: number) => number.format(value) },
      splitLine: { lineStyle: { color: line } },
    },
    series: data.series.map((one) => ({
      name: one.name,
      data: one.values,
      type: isLine ? "line" : "bar",
      stack: data.kind === "stacked" ? "all" : undefined,
      barMaxWidth: 36,
      symbolSize: 7,
      lineStyle: { width: 3 },
      itemStyle: isLine || data.kind === "stacked" ? {} : { borderRadius: [4, 4, 0, 0] },
      connectNulls: false,
    })),
  };
}

// Long names stand in lines of their own, so that the drawing keeps its room on a phone.
function radar(data: ChartData, text: string, line: string): echarts.EChartsCoreOption {
  const most = data.most ?? undefined;
  return {
    legend: data.series.length > 1 ? { top: 0, left: 0, textStyle: { color: text }, itemGap: 16 } : undefined,
    radar: {
      indicator: data.categories.map((name) => ({ name: name.replaceAll(" ", "\n"), max: most, min: 0 })),
      center: ["50%", "54%"],
      radius: "62%",
      splitNumber: most,
      axisName: { color: text, fontSize: 12, lineHeight: 14 },
      axisLine: { lineStyle: { color: line } },
      splitLine: { lineStyle: { color: line } },
      splitArea: { show: false },
    },
    series: [
      {
        type: "radar",
        symbolSize: 6,
        data: data.series.map((one) => ({
          name: one.name,
          value: one.values,
          lineStyle: { width: 3 },
          areaStyle: { opacity: 0.12 },
        })),
      },
    ],
  };
}

function draw(frame: HTMLElement): void {
  const source = document.getElementById(frame.dataset.chart ?? "");
  if (!source?.textContent) return;
  const data = JSON.parse(source.textContent) as ChartData;
  const chart = echarts.init(frame, null, { renderer: "canvas" });
  chart.setOption(options(frame, data));
  new ResizeObserver(() => chart.resize()).observe(frame);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options(frame, data)));
}

export function drawCharts(within: ParentNode): void {
  for (const frame of within.querySelectorAll<HTMLElement>("[data-chart]:empty")) draw(frame);
}
