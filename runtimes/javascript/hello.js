class Greeting {
  #name;

  constructor(name) {
    this.#name = name;
  }

  async text() {
    return `Hello, ${this.#name}!`;
  }
}

new Greeting("javascript").text().then((text) => console.log(text));
