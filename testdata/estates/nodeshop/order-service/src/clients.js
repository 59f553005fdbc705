export const USER_URL = process.env.USER_URL || "http://user-service:3000";
export const PAYMENT_URL = process.env.PAYMENT_URL || "http://payment-service:3000";
export const SHIPPING_URL = process.env.SHIPPING_URL || "http://shipping-service:3000";
const inventory = process.env.INVENTORY_HOST || "inventory-service";
export const stockOf = (id) => `http://${inventory}:3000/stock/${id}`;
