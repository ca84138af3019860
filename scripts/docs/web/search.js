"use strict";
// The search of the documentation. It works without a server: search-index.js is a script that sets
// window.searchIndex to a list of sections {p: page, t: title, u: URL, x: text}.
{
  const form = document.getElementById("search");
  const input = document.getElementById("query");
  const list = document.getElementById("results");
  const pages = document.querySelector(".pages");
  form.hidden = false;

  // On a narrow screen, the list of pages begins closed.
  const wide = matchMedia("(min-width: 60rem)");
  const fold = () => { pages.open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();
  const here = pages.querySelector("[aria-current]");
  if (wide.matches && here) pages.scrollTop = here.offsetTop - pages.clientHeight / 2;

  let loading;
  const load = () => loading ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = "search-index.js";
    script.onload = done;
    script.onerror = () => fail(new Error("search-index.js is missing"));
    document.head.append(script);
  });

  const wordsOf = text => text.toLowerCase().replace(/^lanyard: |^hint: /, "").split(/\s+/).filter(Boolean);

  // score returns how well a section matches, or 0 if a word is missing.
  const score = (entry, words) => {
    const title = entry.t.toLowerCase(), page = entry.p.toLowerCase(), text = entry.x.toLowerCase();
    let sum = 0;
    for (const word of new Set(words)) {
      const n = (title.includes(word) ? 10 : 0) + (page.includes(word) ? 5 : 0) + Math.min(text.split(word).length - 1, 4);
      if (n === 0) return 0;
      sum += n;
    }
    const phrase = words.join(" ");
    if (title === phrase || page === phrase || page === "lanyard " + phrase) sum += 20;
    if (text.includes(phrase)) sum += words.length > 3 ? 30 : 5;
    return sum;
  };

  // run returns the longest part of the query that a text has.
  const run = (text, words) => {
    let best = [];
    for (let i = 0; i < words.length; i++) {
      let j = i + best.length + 1;
      while (j <= words.length && text.includes(words.slice(i, j).join(" "))) best = words.slice(i, j++);
    }
    return best;
  };

  // search returns the best sections. If no section has all words of a long query, it returns the
  // sections with the longest parts of the query. So it finds the message of an error, although the
  // message has other names than the page.
  const search = words => {
    const best = found => found.filter(f => f[0] > 0).sort((a, b) => b[0] - a[0]).slice(0, 20);
    const all = best(window.searchIndex.map(entry => [score(entry, words), entry]));
    if (all.length > 0 || words.length < 4) return all;
    return best(window.searchIndex.map(entry => {
      const text = entry.x.toLowerCase(), longest = run(text, words);
      if (longest.length < 3) return [0, entry];
      return [longest.length + words.filter(word => text.includes(word)).length / words.length, entry];
    }));
  };

  // marked returns the part of a text around the longest part of the query, with the words marked.
  const marked = (text, words) => {
    const lower = text.toLowerCase(), longest = run(lower, words).join(" ");
    const at = longest ? Math.max(0, lower.indexOf(longest) - 50) : text.length;
    let rest = (at > 0 && at < text.length ? "…" : "") + text.slice(at < text.length ? at : 0).slice(0, 160);
    const span = document.createElement("span");
    while (rest) {
      const found = words.map(w => [rest.toLowerCase().indexOf(w), w.length]).filter(f => f[0] >= 0).sort((a, b) => a[0] - b[0] || b[1] - a[1])[0];
      if (!found) { span.append(rest); break; }
      const mark = document.createElement("mark");
      mark.textContent = rest.slice(found[0], found[0] + found[1]);
      span.append(rest.slice(0, found[0]), mark);
      rest = rest.slice(found[0] + found[1]);
    }
    return span;
  };

  const show = async () => {
    const words = wordsOf(input.value);
    if (words.length === 0) { list.hidden = true; return; }
    await load();
    const found = search(words);
    list.replaceChildren(...found.map(([, entry]) => {
      const item = document.createElement("li"), link = document.createElement("a"), title = document.createElement("b");
      const longest = run(entry.x.toLowerCase(), words);
      link.href = entry.u + (longest.length < 3 ? "" : // the browser scrolls to these words
        (entry.u.includes("#") ? "" : "#") + ":~:text=" + encodeURIComponent(longest.join(" ")).replaceAll("-", "%2D"));
      title.textContent = entry.t;
      link.append(title, entry.t === entry.p ? "" : " · " + entry.p, marked(entry.x, words));
      item.append(link);
      return item;
    }));
    if (found.length === 0) {
      const none = document.createElement("p");
      none.textContent = "No page has all these words.";
      list.append(none);
    }
    list.hidden = false;
  };

  input.addEventListener("focus", () => { load().catch(() => {}); });
  input.addEventListener("input", show);
  form.addEventListener("submit", event => {
    event.preventDefault();
    list.querySelector("a")?.click();
  });
  list.addEventListener("click", () => { list.hidden = true; });
  document.addEventListener("keydown", event => {
    const links = [...list.querySelectorAll("a")], at = links.indexOf(document.activeElement);
    if (event.key === "/" && document.activeElement !== input) {
      input.focus();
    } else if (event.key === "Escape" && !list.hidden) {
      list.hidden = true;
      input.focus();
    } else if (event.key === "ArrowDown" && !list.hidden && (at >= 0 || document.activeElement === input)) {
      links[Math.min(at + 1, links.length - 1)]?.focus();
    } else if (event.key === "ArrowUp" && !list.hidden && at >= 0) {
      (at === 0 ? input : links[at - 1]).focus();
    } else {
      return;
    }
    event.preventDefault();
  });
  document.addEventListener("click", event => { if (!form.contains(event.target)) list.hidden = true; });
}
