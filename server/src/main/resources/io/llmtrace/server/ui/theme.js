// Before the page is drawn: what was chosen last time, else what the system prefers (css/base.css).
{
  const chosen = localStorage.getItem('llmtrace.theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }
}
