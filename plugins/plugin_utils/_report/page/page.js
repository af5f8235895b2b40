/* Copyright (c) 2026 configmgr.tls contributors
   GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
// Without this script the page is complete; with it, it can be filtered.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  for (const element of all(".tools, .filters, .stages")) element.hidden = false;

  const root = document.documentElement;
  const theme = byId("theme");
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (preferred.matches ? "dark" : "light")) === "dark";
  const showTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    showTheme();
  });
  preferred.addEventListener("change", showTheme);
  showTheme();

  const map = byId("map");
  for (const choice of all('input[name="stage"]')) {
    choice.addEventListener("change", () => { map.dataset.stage = choice.value; });
    if (choice.checked) map.dataset.stage = choice.value;
  }

  // The text that a search looks through: names, Windows and roles, and the findings that need attention.
  const rows = all("#matrix-table tbody tr").map((row) => {
    const section = byId(row.dataset.group);
    const names = section.querySelector(".all-names").textContent.split(", ");
    const text = [...all(".badge, .what, h4, .finding dd", section)].map((part) => part.textContent).join(" ");
    return {
      row,
      section,
      names: names.map((name) => name.toLowerCase()),
      shown: names,
      text: text.toLowerCase(),
      count: Number(row.dataset.count),
      roles: row.dataset.roles.split(" "),
      severities: row.dataset.severities.split(" "),
      match: row.querySelector(".match"),
    };
  });
  const total = rows.reduce((sum, item) => sum + item.count, 0);
  const number = new Intl.NumberFormat("en");
  const value = (id) => (byId(id) ? byId(id).value : "");

  const named = (item, wanted) => {
    if (!wanted || item.text.includes(wanted)) return [];
    return item.names.reduce((found, name, place) => (name.includes(wanted) ? [...found, item.shown[place]] : found), []);
  };

  const filter = () => {
    const wanted = value("filter-text").trim().toLowerCase();
    const role = value("filter-role");
    const site = value("filter-site");
    const status = value("filter-status");
    const severity = value("filter-severity");
    let machines = 0;
    let kinds = 0;
    for (const item of rows) {
      const matches = named(item, wanted);
      const visible = (!role || item.roles.includes(role))
        && (!site || item.row.dataset.site === site)
        && (!status || item.row.dataset.status === status)
        && (!severity || item.severities.includes(severity))
        && (!wanted || matches.length > 0 || item.text.includes(wanted));
      item.row.hidden = item.section.hidden = !visible;
      const several = visible && matches.length > 0 && item.count > 1;
      const more = matches.length - 5;
      item.match.textContent = several ? matches.slice(0, 5).join(", ") + (more > 0 ? ` and ${number.format(more)} more` : "") : "";
      if (visible) {
        machines += matches.length || item.count;
        kinds += 1;
      }
    }
    byId("matrix-table").classList.toggle("gaps", byId("filter-quiet").checked);
    byId("filter-count").textContent = machines === total
      ? `All ${number.format(total)} machines, in ${number.format(kinds)} rows`
      : `${number.format(machines)} of ${number.format(total)} machines, in ${number.format(kinds)} rows`;
    document.querySelector(".nothing").hidden = kinds > 0;
  };

  const form = document.querySelector(".filters");
  form.addEventListener("input", filter);
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  filter();

  const reveal = () => {
    const target = location.hash ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.querySelector("summary").focus();
    }
  };
  addEventListener("hashchange", reveal);
  reveal();
  // A second click on the same link changes no hash.
  byId("matrix-table").addEventListener("click", (event) => {
    if (event.target.closest("tbody a")) setTimeout(reveal);
  });

  byId("print").addEventListener("click", () => print());
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])").filter((details) => !details.hidden);
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
