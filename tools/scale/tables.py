"""SQL that fills the tables of a business in PostgreSQL, by generate_series.

Every second person is the operator's, the others are spread over the other tenants. Jobs are spread over a year;
updates and deliveries over the 30 and 90 days that retention leaves of them; of the inputs of jobs those of the last
day are kept. Rollups are in the order of their hours, as they are written, up to the last hour that is over for ten
minutes. `key(kind, n)` is the id of row `n` of a table; `person(n)` the number of the person whom it belongs to.
"""

from typing import Final

FUNCTIONS: Final = """
CREATE FUNCTION pg_temp.key(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (lpad(to_hex(kind), 8, '0') || lpad(to_hex(n), 24, '0'))::uuid $$;
CREATE FUNCTION pg_temp.ago(n bigint, total bigint, days int) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$ SELECT '{now}'::timestamptz - ((total - n)::float8 / total * days + 0.0001) * interval '1 day' $$;
CREATE FUNCTION pg_temp.tenant(person bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN person % 2 = 0 THEN '{tenant}'::uuid ELSE pg_temp.key(1, person / 2 % {others}) END $$;
CREATE FUNCTION pg_temp.account(person bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN person % 2 = 0 THEN '{account}'::uuid ELSE pg_temp.key(2, person / 2 % {others}) END $$;
CREATE FUNCTION pg_temp.person(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT 1 + n * 7919 % {people} $$;
CREATE FUNCTION pg_temp.watermark() RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$ SELECT date_trunc('hour', '{now}'::timestamptz - interval '10 minutes', 'UTC') $$;
"""

STATEMENTS: Final = (
    """
INSERT INTO tenant (id, name, created_at, pause, limits)
SELECT pg_temp.key(1, n), 'tenant-' || n, pg_temp.ago(0, 1, 400), '', '{{}}' FROM generate_series(0, {others} - 1) n""",
    """
INSERT INTO account (id, tenant_id, channel, name, settings, created_at)
SELECT pg_temp.key(2, n), pg_temp.key(1, n), 'memory', 'bot', '{{}}', pg_temp.ago(0, 1, 400)
FROM generate_series(0, {others} - 1) n""",
    """
INSERT INTO person (id, tenant_id, channel, external_id, name, language, language_chosen, plan, role, tastes,
                    merged_into_id, created_at)
SELECT pg_temp.key(3, n), pg_temp.tenant(n), 'memory', n, 'Person ' || n, (ARRAY['en', 'pt-BR', 'es'])[1 + n % 3],
       false, 'free', CASE WHEN n % 3000 = 1 THEN 'support' END, '{{}}',
       CASE WHEN n % 200 = 0 THEN pg_temp.key(3, n - 2) END, pg_temp.ago(n, {people}, 365)
FROM generate_series(1, {people}) n""",
    """
INSERT INTO address (id, account_id, chat, thread, in_group, unreachable_at, created_at)
SELECT pg_temp.key(4, n), pg_temp.account(n), n, '', false, CASE WHEN n % 50 = 8 THEN pg_temp.ago(1, 1, 1) END,
       pg_temp.ago(n, {people}, 365)
FROM generate_series(1, {people}) n""",
    """
INSERT INTO stored_file (id, tenant_id, key, digest, size, "references", created_at)
SELECT pg_temp.key(5, n), pg_temp.tenant(pg_temp.person(n)), 'filled-' || n, md5(n::text) || md5((-n)::text), 100000,
       1, pg_temp.ago(n, {jobs}, 365)
FROM generate_series({jobs} - {jobs} / 365, {jobs}) n""",
    """
INSERT INTO media (id, tenant_id, person_id, file_id, kind, format, name, size, width, height, has_audio, created_at,
                   expires_at)
SELECT pg_temp.key(6, n), pg_temp.tenant(pg_temp.person(n)), pg_temp.key(3, pg_temp.person(n)),
       CASE WHEN n >= {jobs} - {jobs} / 365 THEN pg_temp.key(5, n) END, 'image', 'png', '', 100000, 640, 360, false,
       pg_temp.ago(n, {jobs}, 365), pg_temp.ago(n, {jobs}, 365) + interval '25 hours'
FROM generate_series(1, {jobs}) n""",
    """
INSERT INTO job (id, tenant_id, person_id, address_id, kind, status, parameters, paid, credits, request, status_closed,
                 attempts, fence, run_after, wake_at, stage, progress, code_values, cpu_seconds, provider_seconds,
                 provider_cost, received_at, created_at, started_at, finished_at)
SELECT pg_temp.key(7, n), pg_temp.tenant(pg_temp.person(n)), pg_temp.key(3, pg_temp.person(n)),
       pg_temp.key(4, pg_temp.person(n)), (ARRAY['sketch', 'caption', 'sketch'])[1 + n % 3],
       CASE WHEN n % 33 = 0 THEN 'failed' WHEN n % 50 = 0 THEN 'cancelled' ELSE 'done' END,
       '{{"seconds": 10}}', n % 5 = 0, 1, '', true, 1, 1, t, t, 'encoding', 1, '{{}}', 3.5, n % 3 * 15, n % 3 * 150,
       t - interval '20 seconds', t - interval '19 seconds', t - interval '12 seconds', t
FROM generate_series(1, {jobs}) n, LATERAL pg_temp.ago(n, {jobs}, 365) t""",
    """
INSERT INTO job_input (id, job_id, position, media_id)
SELECT pg_temp.key(8, n), pg_temp.key(7, n), 0, pg_temp.key(6, n) FROM generate_series(1, {jobs}) n""",
    """
INSERT INTO delivery (id, account_id, address_id, person_id, job_id, cause, part, message, status, attempts, fence,
                      run_after, external_id, created_at, sent_at)
SELECT n, pg_temp.account(p), pg_temp.key(4, p), pg_temp.key(3, p), CASE WHEN film > 0 THEN pg_temp.key(7, film) END,
       'filled:' || n, CASE WHEN film > 0 THEN 'film' ELSE '' END, '{{"paragraphs": [{{"key": "welcome"}}]}}',
       CASE WHEN n % 100 = 1 THEN 'dropped' ELSE 'sent' END, 1, 1, t, CASE WHEN n % 100 <> 1 THEN 'm' || n END, t,
       CASE WHEN n % 100 <> 1 THEN t END
FROM generate_series(1, {deliveries}) n, LATERAL pg_temp.ago(n, {deliveries}, 90) t,
     LATERAL (SELECT CASE WHEN n % 8 = 0 THEN {jobs} - ({deliveries} - n) / 8 ELSE 0 END) f(film),
     LATERAL pg_temp.person(CASE WHEN film > 0 THEN film ELSE n END) p""",
    """
INSERT INTO "update" (id, account_id, external_id, body, attempts, received_at, handled_at)
SELECT pg_temp.key(9, n), pg_temp.account(pg_temp.person(n)), 'filled-' || n, '{{}}', 1, t, t
FROM generate_series(1, {updates}) n, LATERAL pg_temp.ago(n, {updates}, 30) t""",
    """
INSERT INTO balance (person_id, available, reserved, debt)
SELECT pg_temp.key(3, n), 7, 0, 0 FROM generate_series(1, {people}) n""",
    """
INSERT INTO ledger_transaction (id, tenant_id, person_id, job_id, kind, key, reason, created_at)
SELECT pg_temp.key(10, n), pg_temp.tenant(p), pg_temp.key(3, p), pg_temp.key(7, n), 'capture', 'settle:filled-' || n,
       '', pg_temp.ago(n, {jobs}, 365)
FROM generate_series(1, {jobs}) n, LATERAL pg_temp.person(n) p
UNION ALL
SELECT pg_temp.key(11, n), pg_temp.tenant(n), pg_temp.key(3, n), NULL, 'grant', 'grant:filled-' || n, '',
       pg_temp.ago(n, {people}, 365)
FROM generate_series(1, {people}) n
UNION ALL
SELECT pg_temp.key(18, n), pg_temp.tenant(n), pg_temp.key(3, n), NULL, 'grant', 'grant:cs_' || n, '',
       pg_temp.ago(n, {people}, 365)
FROM generate_series(10, {people}, 10) n WHERE n / 10 % 3 < 2""",
    """
INSERT INTO ledger_posting (id, transaction_id, tenant_id, person_id, bucket, amount)
SELECT pg_temp.key(12, n), pg_temp.key(10, n), pg_temp.tenant(p), pg_temp.key(3, p), 'reserved', -1
FROM generate_series(1, {jobs}) n, LATERAL pg_temp.person(n) p
UNION ALL
SELECT pg_temp.key(13, n), pg_temp.key(10, n), pg_temp.tenant(pg_temp.person(n)), NULL, 'spent', 1
FROM generate_series(1, {jobs}) n
UNION ALL
SELECT pg_temp.key(14, n), pg_temp.key(11, n), pg_temp.tenant(n), pg_temp.key(3, n), 'available', 10
FROM generate_series(1, {people}) n
UNION ALL
SELECT pg_temp.key(19, n), pg_temp.key(18, n), pg_temp.tenant(n), pg_temp.key(3, n), 'available', 100
FROM generate_series(10, {people}, 10) n WHERE n / 10 % 3 < 2""",
    """
INSERT INTO lot (id, person_id, transaction_id, amount, remaining, expires_at, created_at)
SELECT pg_temp.key(15, n), pg_temp.key(3, n), pg_temp.key(11, n), 10, 7, NULL, pg_temp.ago(n, {people}, 365)
FROM generate_series(1, {people}) n""",
    """
INSERT INTO purchase (id, tenant_id, person_id, address_id, provider, item, currency, amount, status, attempt,
                      external_id, payment_id, created_at, checked_at, decided_at)
SELECT pg_temp.key(16, n), pg_temp.tenant(n), pg_temp.key(3, n), pg_temp.key(4, n), 'stripe', 'pack:100', 'usd', 400,
       (ARRAY['paid', 'paid', 'expired'])[1 + n / 10 % 3], 1, 'cs_' || n, 'pi_' || n, t, t, t
FROM generate_series(10, {people}, 10) n, LATERAL pg_temp.ago(n, {people}, 365) t""",
    """
INSERT INTO provider_event (id, tenant_id, external_id, kind, object_id, about, attempts, run_after, received_at,
                            handled_at)
SELECT pg_temp.key(17, n), pg_temp.tenant(n), 'evt_' || n, 'checkout.session.completed', 'cs_' || n, '{{}}', 1, t, t, t
FROM generate_series(10, {people}, 10) n, LATERAL pg_temp.ago(n, {people}, 365) t""",
    """
INSERT INTO job_rollup (tenant_id, hour, kind, status, jobs, cpu_seconds, provider_seconds, provider_cost)
SELECT tenant_id, date_trunc('hour', finished_at, 'UTC'), kind, status, count(*), sum(cpu_seconds),
       sum(provider_seconds), sum(provider_cost)
FROM job WHERE finished_at < pg_temp.watermark() GROUP BY 1, 2, 3, 4 ORDER BY 2, 1""",
    """
INSERT INTO credit_rollup (tenant_id, hour, kind, spent)
SELECT tenant_id, hour, kind, sum(jobs) FROM job_rollup GROUP BY 1, 2, 3 ORDER BY 2, 1""",
    """
INSERT INTO update_rollup (account_id, hour, updates)
SELECT account_id, date_trunc('hour', received_at, 'UTC'), count(*)
FROM "update" WHERE received_at < pg_temp.watermark() GROUP BY 1, 2 ORDER BY 2, 1""",
    """
INSERT INTO job_total (kind, status, jobs, cpu_seconds)
SELECT kind, status, sum(jobs), sum(cpu_seconds) FROM job_rollup GROUP BY 1, 2""",
    """
INSERT INTO duration_total (kind, stage, bounds, counts, jobs, seconds)
SELECT kind, stage, '{bounds}', '{counts}', jobs, 15 * jobs
FROM job_total, unnest(ARRAY['waiting', 'working', 'whole']) stage WHERE status = 'done'""",
    """
INSERT INTO rollup_progress (name, since, until)
SELECT 'hourly', min(hour), pg_temp.watermark() FROM job_rollup""",
    """
INSERT INTO report_progress (name, since, until)
SELECT 'hourly', pg_temp.watermark() - interval '31 days', pg_temp.watermark()""",
    """
INSERT INTO purchase_total (provider, status, currency, purchases, amount)
SELECT provider, status, currency, count(*), sum(amount) FROM purchase WHERE decided_at < pg_temp.watermark()
GROUP BY 1, 2, 3""",
    """
INSERT INTO report_progress (name, since, until) VALUES ('purchases', '1970-01-01', pg_temp.watermark())""",
    """
INSERT INTO person_activity (person_id, tenant_id, hour)
SELECT person_id, tenant_id, date_trunc('hour', max(created_at), 'UTC')
FROM job WHERE created_at >= pg_temp.watermark() - interval '31 days' AND created_at < pg_temp.watermark()
GROUP BY 1, 2""",
    """
INSERT INTO activity_rollup (tenant_id, hour, people)
SELECT tenant_id, hour, count(*) FROM person_activity GROUP BY 1, 2 ORDER BY 2, 1""",
    """
INSERT INTO sales_rollup (tenant_id, hour, item, currency, sales, amount, refunded)
SELECT tenant_id, date_trunc('hour', decided_at, 'UTC'), item, currency, count(*), sum(amount), 0
FROM purchase, report_progress WHERE name = 'hourly' AND status = 'paid' AND decided_at >= since AND decided_at < until
GROUP BY 1, 2, 3, 4 ORDER BY 2, 1""",
    """
INSERT INTO sold_credit_rollup (tenant_id, hour, credits)
SELECT tenant_id, hour, 100 * sales FROM sales_rollup""",
    "SELECT setval(pg_get_serial_sequence('delivery', 'id'), {deliveries})",
)
