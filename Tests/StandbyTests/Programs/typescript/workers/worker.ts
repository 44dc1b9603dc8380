Error.stackTraceLimit = 1; // below it is how a message is waited for, which depends on when it came

self.onmessage = ({ data }: MessageEvent<number[] | string>) => {
  if (typeof data === "string") throw new Error("of a worker");
  self.postMessage({ name: self.name, sum: data.reduce((a, b) => a + b) });
};
