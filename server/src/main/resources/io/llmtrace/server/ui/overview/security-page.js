import { html, nothing } from 'lit';
import * as api from '../api.js';
import { parameters, traceUrl, urlOf } from '../location.js';
import { ago, count, fullTime, time } from '../format.js';
import { none, OverviewPage, panel, table, viewAll } from './page.js';

const SEVERITIES = ['Critical', 'High', 'Medium', 'Low', 'Info'];

/** Security findings by type, with links to their spans. */
class SecurityPage extends OverviewPage {
  constructor() {
    super('/security', 'Security');
  }

  load(signal) {
    const { query } = this;
    this.ask('findings', () => api.findings({ ...query, limit: 200 }, signal));
    this.ask('spans', () => api.spans({ min_security_score: 60, ...query, limit: 30 }, signal));
  }

  #listUrl(more) {
    return urlOf('/', { ...Object.fromEntries(parameters()), show: 'spans', ...more });
  }

  render() {
    const { findings, spans } = this.results;
    return html`<div class="overview">
      <div class="overview-head">
        <h1>Security</h1>
        ${this.chips()}
      </div>
      ${findings?.data?.data.length ? this.#totals(findings.data.data) : nothing}
      <div class="tables">
        ${panel('Findings by type', findings, (data) => this.#types(data.data))}
        ${panel('Latest spans with a score of 60 or more', spans, (data) => this.#spans(data.data), viewAll(this.#listUrl({ min_security_score: 60 })))}
      </div>
    </div>`;
  }

  #totals(rows) {
    const of = (severity) =>
      rows.filter((row) => row.severity === severity).reduce((sum, row) => sum + row.findings, 0);
    return html`<dl class="totals">
      ${SEVERITIES.map(
        (severity) =>
          html`<div>
            <dt>${severity}</dt>
            <dd class=${of(severity) > 0 ? severityClass(severity) : ''}>
              ${of(severity) > 0 ? html`<a href=${this.#listUrl({ finding_severity: severity })}>${count(of(severity))}</a>` : 0}
            </dd>
          </div>`,
      )}
    </dl>`;
  }

  #types(rows) {
    if (rows.length === 0) {
      return none('No findings in this time range.');
    }
    return table(
      'Findings by type',
      ['Type', 'Severity'],
      ['Findings', 'Spans', 'Latest'],
      rows,
      (row) =>
        html`<tr>
          <th scope="row">
            <a href=${this.#listUrl({ finding_type: row.finding_type, finding_severity: row.severity })}
              ><bdi>${row.finding_type}</bdi></a
            >
          </th>
          <td><span class=${`tag ${severityClass(row.severity)}`}>${row.severity}</span></td>
          <td class="r">${count(row.findings)}</td>
          <td class="r">${count(row.spans)}</td>
          <td class="r dim" title=${fullTime(row.last_time)}>${ago(row.last_time)}</td>
        </tr>`,
    );
  }

  #spans(rows) {
    if (rows.length === 0) {
      return none('No such spans in this time range.');
    }
    return table(
      'Spans with findings',
      ['Span', 'Findings'],
      ['Score', 'Time'],
      rows,
      (row) =>
        html`<tr>
          <th scope="row">
            <a href=${traceUrl(row.trace_id, row.span_id)}><bdi>${row.operation_name || row.span_id}</bdi></a>
            <span class="dim"><bdi>${row.input_preview ?? ''}</bdi></span>
          </th>
          <td><bdi>${row.finding_types.join(', ').replaceAll('_', ' ')}</bdi></td>
          <td class="r">
            <span class=${`tag ${row.security_score >= 80 ? 'err' : 'sec'}`}>${row.security_score}</span>
          </td>
          <td class="r dim" title=${fullTime(row.start_time)}>${time(row.start_time)}</td>
        </tr>`,
    );
  }
}

const severityClass = (severity) =>
  severity === 'Critical' || severity === 'High' ? 'err' : severity === 'Medium' ? 'sec' : '';

customElements.define('lt-security-page', SecurityPage);
