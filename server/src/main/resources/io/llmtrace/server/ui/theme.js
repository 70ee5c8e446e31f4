// Applies the theme chosen last time before the page is drawn. Without one, css/base.css follows the system.
{
  const chosen = localStorage.getItem('llmtrace.theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }
}
