/* The shopper's language, before anything is shown: `?lang=`, what was chosen before, or the browser's. Not a module,
   so that it runs before the page is drawn; what is not English stays hidden until words.js has put it in. */

(() => {
  const spoken = ["en", "de", "es", "fr", "ru", "zh"];
  const known = (tag) => spoken.find((language) => language === String(tag).toLowerCase().split(/[-_]/)[0]);
  const asked = known(new URLSearchParams(location.search).get("lang"));
  let kept = null;
  try {
    if (asked) localStorage.setItem("virton.language", asked);
    kept = localStorage.getItem("virton.language");
  } catch {
    // Storage is off: the choice holds for this page.
  }
  const language = asked ?? known(kept) ?? navigator.languages.map(known).find(Boolean) ?? "en";
  document.documentElement.lang = language;
  if (language !== "en") document.documentElement.dataset.wordless = "";
})();
