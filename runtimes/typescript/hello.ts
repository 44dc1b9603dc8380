enum Greeting {
    Hello = "Hello",
}

class Box<Value> {
    constructor(private readonly value: Value) {}

    map<Result>(transform: (value: Value) => Result): Box<Result> {
        return new Box(transform(this.value));
    }

    get content(): Value {
        return this.value;
    }
}

const name: Box<string> = new Box("typescript");
console.log(name.map((text) => `${Greeting.Hello}, ${text}!`).content);
