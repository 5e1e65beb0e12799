-- The outlet that the latest search for it was given: where it differs from `outlet_override`, results are out of date.
alter table run add column outlet_submitted text;
update run set outlet_submitted = outlet_override;
