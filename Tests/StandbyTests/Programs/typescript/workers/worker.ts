self.onmessage = (event: MessageEvent<number[]>) => {
  self.postMessage({ name: self.name, sum: event.data.reduce((a, b) => a + b) });
  throw new Error("of a worker");
};
