// The country of a phone number: turns the plain list into a button with a list to search in (the combobox pattern of
// the ARIA Authoring Practices). The list stays in the form and keeps the value; without this script it is used as is.
// A number that is typed with + chooses the country by itself, as the server will.
"use strict";

const MARKS = /\p{Mark}/gu;
const plain = (text) => text.normalize("NFKD").replace(MARKS, "").toLowerCase();

class CountryPicker {
  constructor(box) {
    this.box = box;
    this.select = box.querySelector("select");
    this.number = box.querySelector("input[type=tel]");
    this.countries = Array.from(this.select.options, (option) => {
      const [, name, code] = option.text.match(/^(.*) \((\+\d+)\)$/);
      return { region: option.value, name, code, words: plain(`${name} ${code} ${option.value}`) };
    });
    this.build();
    this.listen();
    this.show();
  }

  build() {
    const id = this.select.id;
    const label = this.box.querySelector(`label[for="${id}"]`);
    this.button = element("button", { type: "button", className: "country-button", id: `${id}-button` });
    this.button.setAttribute("aria-haspopup", "dialog");
    this.popup = element("div", { className: "country-popup", hidden: true });
    this.popup.setAttribute("role", "dialog");
    this.popup.setAttribute("aria-label", label.textContent.trim());
    this.search = element("input", { type: "search", autocomplete: "off", id: `${id}-search` });
    this.list = element("ul", { className: "country-list", id: `${id}-list` });
    this.none = element("p", { className: "country-none", hidden: true, textContent: this.box.dataset.none });
    this.none.setAttribute("role", "status");
    attributes(this.search, {
      role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": this.list.id,
      "aria-label": this.box.dataset.searchLabel, placeholder: this.box.dataset.searchLabel, enterkeyhint: "done",
    });
    attributes(this.list, { role: "listbox", "aria-label": label.textContent.trim() });
    this.popup.append(this.search, this.list, this.none);
    this.label = label.textContent.trim();
    label.hidden = true;
    this.select.hidden = true;
    this.select.after(this.button);
    this.box.append(this.popup);
    this.box.classList.add("with-picker");
  }

  listen() {
    this.button.addEventListener("click", () => (this.popup.hidden ? this.open() : this.close()));
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("li")));
    this.popup.addEventListener("focusout", (event) => this.left(event));
    this.number.addEventListener("input", () => this.follow());
    this.select.addEventListener("change", () => this.show());
  }

  show() {
    const country = this.countries[this.select.selectedIndex];
    this.button.textContent = country.code;
    this.button.setAttribute("aria-label", `${this.label}: ${country.name} ${country.code}`);
    this.button.title = country.name;
  }

  open() {
    this.popup.hidden = false;
    this.search.value = "";
    this.filter(this.select.value);
    this.search.focus();
  }

  close() {
    this.popup.hidden = true;
  }

  left(event) {
    if (!this.popup.contains(event.relatedTarget) && event.relatedTarget !== this.button) {
      this.close();
    }
  }

  filter(current) {
    const wanted = plain(this.search.value.trim());
    const found = this.countries.filter((country) => country.words.includes(wanted));
    const first = found.filter((country) => plain(country.name).startsWith(wanted));
    const ordered = wanted ? [...first, ...found.filter((country) => !first.includes(country))] : found;
    this.list.replaceChildren(...ordered.map((country) => this.item(country)));
    this.none.hidden = found.length > 0;
    this.mark(this.list.querySelector(`[data-region="${current}"]`) ?? this.list.firstElementChild);
  }

  item(country) {
    const item = element("li", { id: `${this.list.id}-${country.region}` });
    item.setAttribute("role", "option");
    item.dataset.region = country.region;
    const code = element("span", { className: "ltr country-code", textContent: country.code });
    item.append(element("span", { textContent: country.name }), code);
    return item;
  }

  mark(item) {
    this.list.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
    this.marked = item ?? null;
    if (item) {
      item.setAttribute("aria-selected", "true");
      item.scrollIntoView({ block: "nearest" });
      this.search.setAttribute("aria-activedescendant", item.id);
    } else {
      this.search.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    const moves = {
      ArrowDown: () => this.mark(this.marked?.nextElementSibling ?? this.list.firstElementChild),
      ArrowUp: () => this.mark(this.marked?.previousElementSibling ?? this.list.lastElementChild),
      Enter: () => this.choose(this.marked),
      Escape: () => { this.close(); this.button.focus(); },
    };
    if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    }
  }

  choose(item) {
    if (item) {
      this.select.value = item.dataset.region;
      this.show();
      this.close();
      this.number.focus();
    }
  }

  follow() {
    const typed = this.number.value.replace(/[^+\d]/g, "").replace(/^00/, "+");
    const fits = (country) => typed.startsWith(country.code);
    if (!typed.startsWith("+") || fits(this.countries[this.select.selectedIndex])) {
      return;
    }
    const longest = this.countries.filter(fits).sort((one, other) => other.code.length - one.code.length)[0];
    if (longest) {
      this.select.value = longest.region;
      this.show();
    }
  }
}

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function attributes(node, values) {
  Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));
}

document.querySelectorAll("[data-phone-number]").forEach((box) => {
  if (box.querySelector("select")) {
    new CountryPicker(box);
  }
});
