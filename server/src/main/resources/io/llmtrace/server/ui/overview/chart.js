import { html, nothing } from 'lit';
import uPlot from 'uplot';
import { View } from '../view.js';
import { minute } from '../format.js';

const HEIGHT = 170;

/** Colours that differ visibly in both themes, and for colour-blind readers (those of Okabe and Ito, without yellow). */
export const PALETTE = [
  '#3573c9',
  '#d9731a',
  '#0b8f6c',
  '#b5569a',
  '#4aa3d8',
  '#a07500',
  '#7a5fc7',
  '#a9a59c',
  '#7d7f85',
];

/**
 * A line chart over time.
 *
 * times: milliseconds
 * series: [{label, values, color}], one value per time, null if there is none
 * format: formats a value
 *
 * Dispatches `brush` {start, end} when a time range is selected.
 */
class Chart extends View {
  static properties = {
    times: { attribute: false },
    series: { attribute: false },
    format: { attribute: false },
    label: {},
  };

  constructor() {
    super();
    this.resized = new ResizeObserver(() => this.#fit());
    this.themed = () => this.#draw();
  }

  connectedCallback() {
    super.connectedCallback();
    this.resized.observe(this);
    window.addEventListener('theme', this.themed);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.themed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
    window.removeEventListener('theme', this.themed);
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.themed);
    this.plot?.destroy();
    this.plot = null;
  }

  updated() {
    this.#draw();
  }

  #fit() {
    const width = this.clientWidth;
    if (this.plot && width > 0 && width !== this.plot.width) {
      this.plot.setSize({ width, height: HEIGHT });
    }
  }

  #draw() {
    const target = this.querySelector('.plot');
    if (!target || !this.times) {
      return;
    }
    this.plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color('--faint'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    const options = {
      width: Math.max(200, this.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      padding: [8, 8, 0, 0],
      scales: { y: { range: (plot, min, max) => [0, max > 0 ? max * 1.1 : 1] } },
      axes: [
        {
          ...axis,
          size: 28,
          values: (plot, splits, index, space, step) => splits.map((seconds) => timeOf(seconds, step)),
        },
        { ...axis, size: 58, values: (plot, splits) => splits.map((value) => this.format(value)) },
      ],
      series: [
        {},
        ...this.series.map((each) => ({
          label: each.label,
          stroke: each.color,
          width: 1.6,
          points: { show: this.times.length < 3, size: 4 },
          spanGaps: false,
        })),
      ],
      hooks: {
        setCursor: [(plot) => this.#pointed(plot.cursor.idx)],
        setSelect: [
          (plot) => {
            if (plot.select.width > 3) {
              const at = (x) => new Date(Math.round(plot.posToVal(x, 'x') * 1000));
              this.tell('brush', { start: at(plot.select.left), end: at(plot.select.left + plot.select.width) });
            }
          },
        ],
      },
    };
    target.replaceChildren();
    this.plot = new uPlot(
      options,
      [this.times.map((ms) => ms / 1000), ...this.series.map((each) => each.values)],
      target,
    );
  }

  /** Shows the values at the pointer in the legend. */
  #pointed(index) {
    const cells = this.querySelectorAll('.legend-value');
    this.series.forEach((each, i) => {
      const value = index === null || index === undefined ? null : each.values[index];
      if (cells[i]) {
        cells[i].textContent = value === null || value === undefined ? '' : this.format(value);
      }
    });
  }

  render() {
    return html`<div class="plot" role="img" aria-label=${this.label}></div>
      ${
        this.series?.length > 0
          ? html`<ul class="chart-legend">
              ${this.series.map(
                (each) =>
                  html`<li>
                    <svg viewBox="0 0 10 10" aria-hidden="true">
                      <rect width="10" height="10" rx="2" fill=${each.color} /></svg
                    ><bdi>${each.label}</bdi> <span class="legend-value dim"></span>
                  </li>`,
              )}
            </ul>`
          : nothing
      }`;
  }
}

/** Formats a tick of the time axis: the date if ticks are at least a day apart, otherwise the time. */
function timeOf(seconds, step) {
  const text = minute(new Date(seconds * 1000));
  return step >= 86_400 ? text.slice(5, 10) : text.slice(11);
}

customElements.define('lt-chart', Chart);
