// Swagger UI has a dark coat of its own and puts it on by this class; here it follows the reader's system.
(() => {
  const isDark = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => document.documentElement.classList.toggle("dark-mode", isDark.matches);
  isDark.addEventListener("change", dress);
  dress();
})();
