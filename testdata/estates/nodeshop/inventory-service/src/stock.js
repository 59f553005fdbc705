import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL || "postgres://localhost/stock" });

export const stock = (id) => pool.query("select * from stock where id = $1", [id]);
