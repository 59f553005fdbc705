const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// Linear: 100 ms, 200 ms, 300 ms.
export async function linear(call, attempts = 3) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (err) {
      if (attempt >= attempts) throw err;
      await wait(100 * attempt);
    }
  }
}

// Exponential with full jitter: up to 200 ms, 400 ms, 800 ms, 1.6 s.
export async function exponential(call, attempts = 5) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (err) {
      if (attempt + 1 >= attempts) throw err;
      await wait(Math.random() * 200 * 2 ** attempt);
    }
  }
}
