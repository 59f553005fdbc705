import axios from "axios";
import { USER_URL, PAYMENT_URL, SHIPPING_URL, stockOf } from "./clients.js";
import { linear, exponential } from "./retry.js";

// An order needs the user, each item in stock, the payment, the parcel, and the stock again.
export async function place(order) {
  const user = await linear(() => axios.get(`${USER_URL}/users/${order.user}`, { timeout: 1000 }));
  await Promise.all(order.items.map((item) => axios.get(stockOf(item.id), { timeout: 800 })));
  const payment = await exponential(() => axios.post(`${PAYMENT_URL}/payments`, { user: user.data.id, total: order.total }));
  const parcel = await axios.post(`${SHIPPING_URL}/parcels`, { order: order.id }, { timeout: 10000 });
  await Promise.all(order.items.map((item) => axios.put(stockOf(item.id), { less: item.count })));
  return { payment: payment.data, parcel: parcel.data };
}
