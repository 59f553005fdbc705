import express from "express";
import axios from "axios";

const PRODUCTS = process.env.PRODUCT_URL || "http://product-service:3000";
const app = express();

// The page of a product waits for three services with a timeout each.
app.get("/products/:id", async (req, res) => {
  const [product, stock, recommended] = await Promise.all([
    axios.get(`${PRODUCTS}/products/${req.params.id}`, { timeout: 2000 }),
    axios.get("http://inventory-service:3000/stock/" + req.params.id, { timeout: 500 }),
    fetch("http://recommendation-service:3000/for/" + req.params.id, { signal: AbortSignal.timeout(5000) }),
  ]);
  res.json({ product: product.data, stock: stock.data, recommended: await recommended.json() });
});

app.post("/orders", async (req, res) => {
  const order = await axios.post("http://order-service:3000/orders", req.body, { timeout: 3000 });
  res.json(order.data);
});

app.listen(8080, () => console.log("http://gateway:8080 is ready"));
