// Before the first paint: a page that flashes white at night is a nuisance.
// The key and the names are those of app/src/browser/theme.rs.
try {
  const theme = localStorage.getItem("headwaters-theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's theme will do.
}
