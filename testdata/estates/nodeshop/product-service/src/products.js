import axios from "axios";
import CircuitBreaker from "opossum";
import { createClient } from "redis";

const cache = createClient({ url: process.env.CACHE_URL || "redis://cache:6379" });

const stock = new CircuitBreaker((id) => axios.get(`http://inventory-service:3000/stock/${id}`, { timeout: 700 }), {
  timeout: 1000,
  errorThresholdPercentage: 50,
  resetTimeout: 30000,
});

// Without the stock: the cache, then the replica, then a placeholder.
stock.fallback(async (id) => {
  const kept = await cache.get("stock:" + id);
  if (kept) return JSON.parse(kept);
  try {
    return await axios.get("http://product-readonly:3000/stock/" + id, { timeout: 300 });
  } catch {
    return { id, count: 0, placeholder: true };
  }
});

export const product = (id) => stock.fire(id);
