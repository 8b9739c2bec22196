// The peer's storage: one table on PostgreSQL, prepared statements, every write committed before it is answered.
import pg from 'pg';

const statementsOn = (table) => ({
  upsert: `insert into ${table} values ($1, $2, $3, $4, $5, null, now() + make_interval(secs => $6))
    on conflict (model, id) do update set payload = excluded.payload, expires = excluded.expires`,
  find: `select payload, consumed from ${table} where model = $1 and id = $2 and expires > now()`,
  findByUid: `select payload, consumed from ${table} where uid = $1 and model = $2 and expires > now()`,
  destroy: `delete from ${table} where model = $1 and id = $2`,
  revoke: `delete from ${table} where grant_id = $1`,
  consume: `update ${table} set consumed = now() where model = $1 and id = $2`,
});

/** Make the table anew. */
export async function createTable(url, table) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop table if exists ${table};
    create table ${table} (model text, id text, payload jsonb, grant_id text, uid text, consumed timestamptz, expires timestamptz,
      primary key (model, id));
    create index on ${table} (grant_id);
    create index on ${table} (uid)`);
  await client.end();
}

/** The adapter class that oidc-provider makes one instance of for each kind of thing it keeps. */
export function adapterOn(pool, table) {
  const statements = statementsOn(table);
  const run = (name, values) => pool.query({ name, text: statements[name], values });
  const payload = ({ rows: [row] }) => row && { ...row.payload, ...(row.consumed ? { consumed: true } : undefined) };
  return class {
    constructor(model) { this.model = model; }
    async upsert(id, data, seconds) {
      await run('upsert', [this.model, id, data, data.grantId ?? null, data.uid ?? null, seconds ?? 86400]);
    }
    async find(id) { return payload(await run('find', [this.model, id])); }
    async findByUid(uid) { return payload(await run('findByUid', [uid, this.model])); }
    async findByUserCode() { return undefined; } // no device flow here
    async destroy(id) { await run('destroy', [this.model, id]); }
    async revokeByGrantId(grant) { await run('revoke', [grant]); }
    async consume(id) { await run('consume', [this.model, id]); }
  };
}
