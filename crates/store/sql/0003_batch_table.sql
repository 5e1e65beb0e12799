-- Landscape tables of a batch's own, in place of the config's or the program's.
create table batch_table (
    batch_id   integer not null references batch (id),
    kind       text not null,
    filename   text not null,
    content    text not null,
    updated_by text not null,
    updated_ms integer not null,
    primary key (batch_id, kind)
) strict;
