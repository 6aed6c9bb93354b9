const input = document.getElementById("search");
const results = document.getElementById("results");
const pages = document.getElementById("pages");
const wide = matchMedia("(min-width: 56.01rem)");

// On a wide screen the list of pages is always open.
const follow = () => { pages.open = wide.matches; };
wide.addEventListener("change", follow);
follow();
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest" });

// rank is how well a place fits the words; 0 is not at all.
function rank(place, words) {
  let sum = 0;
  for (const word of words) {
    const heading = (place.h || "").toLowerCase(), text = place.t.toLowerCase(), page = place.p.toLowerCase();
    const points = (heading.includes(word) ? 8 : 0) + (page.includes(word) ? 4 : 0) + (text.includes(word) ? 1 : 0);
    if (points === 0) return 0;
    sum += points;
  }
  return sum;
}

// around is the text near the first word.
function around(text, word) {
  const at = Math.max(0, text.toLowerCase().indexOf(word) - 60);
  return (at > 0 ? "…" : "") + text.slice(at, at + 160);
}

function show() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  results.replaceChildren();
  results.hidden = words.length === 0;
  if (results.hidden) return;
  const best = index.map((place) => [rank(place, words), place]).filter(([points]) => points > 0).sort((a, b) => b[0] - a[0]).slice(0, 12);
  for (const [, place] of best) {
    const link = document.createElement("a");
    link.href = input.dataset.base + place.u;
    link.append(place.h ? `${place.p}: ${place.h}` : place.p);
    const text = document.createElement("small");
    text.textContent = around(place.t, words[0]);
    link.append(text);
    const item = document.createElement("li");
    item.append(link);
    results.append(item);
  }
  if (best.length === 0) results.append("nothing has these words");
}

input.addEventListener("input", show);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== input) {
    event.preventDefault();
    input.focus();
  } else if (event.key === "Escape") {
    input.value = "";
    show();
  } else if (event.key === "Enter" && document.activeElement === input) {
    results.querySelector("a")?.click();
  }
});
