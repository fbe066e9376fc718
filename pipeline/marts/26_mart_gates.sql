-- What did the quality gates say of each published day? One row a rule.

create or replace view mart_gates as
select day, suite, rule, column_name, severity, is_passed, checked_count, failed_count, observed, meaning
from fact_gate_result
order by day desc, is_passed, severity, suite, rule;
