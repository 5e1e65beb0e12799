-- Singular table names; times are milliseconds since 1970; JSON documents are those of crates/domain.

create table meta (
    key   text primary key,
    value text not null
) strict;

create table user (
    id            integer primary key,
    name          text not null unique collate nocase,
    password_hash text not null,
    is_admin      integer not null,
    preferences   text not null default '{}',
    created_ms    integer not null
) strict;

-- A session is known by the hash of its cookie: a stolen database opens no session.
create table session (
    token_hash   text primary key,
    user_id      integer not null references user (id) on delete cascade,
    created_ms   integer not null,
    last_seen_ms integer not null,
    expires_ms   integer not null
) strict;

create table batch (
    id              integer primary key,
    name            text not null unique,
    config          text not null,
    created_by      text not null,
    created_ms      integer not null,
    template        text not null default '',
    template_report text,
    tasks           text not null,
    force_rebuild   integer not null default 0,
    watersheds      text
) strict;

create table control (
    batch_id   integer not null references batch (id),
    kind       text not null,
    version    integer not null,
    value      text not null,
    defaults   text not null,
    updated_by text not null,
    updated_ms integer not null,
    primary key (batch_id, kind)
) strict, without rowid;

-- Features of the current polygon file, rejected ones included.
create table feature (
    batch_id   integer not null references batch (id),
    idx        integer not null,
    id         text,
    properties text not null,
    geometry   text,
    rings      text not null,
    area_m2    real not null,
    outcome    text not null,
    primary key (batch_id, idx)
) strict, without rowid;

create table submission (
    id         integer primary key,
    batch_id   integer not null references batch (id),
    by_whom    text not null,
    at_ms      integer not null,
    request    text not null
) strict;

-- `key` numbers the runs of a batch and is never reused; `current` is false for a run whose polygon has left the
-- file: its directory and results stay.
create table run (
    id              integer primary key,
    batch_id        integer not null references batch (id),
    key             integer not null,
    idx             integer not null,
    run_id          text not null collate nocase,
    feature_id      text,
    properties      text not null,
    geometry        text not null,
    area_km2        real not null,
    current         integer not null default 1,
    state           text not null default 'idle',
    submission_id   integer references submission (id),
    started_ms      integer,
    ended_ms        integer,
    outlet          text,
    outlet_override text,
    results         text not null default '{}',
    unique (batch_id, key),
    unique (batch_id, run_id)
) strict;
create index run_by_state on run (batch_id, current, state);

create table task (
    run_id           integer not null references run (id),
    kind             text not null,
    state            text not null default 'idle',
    attempt          integer not null default 0,
    failures         integer not null default 0,
    losses           integer not null default 0,
    cancel_requested integer not null default 0,
    worker           text,
    lease_until_ms   integer,
    retry_at_ms      integer,
    queued_ms        integer,
    wanted_key       text,
    done_key         text,
    result           text,
    figures          text,
    error            text,
    primary key (run_id, kind)
) strict, without rowid;
create index task_active on task (state, kind) where state in ('ready', 'queued', 'running', 'retry_wait', 'blocked');

create table attempt (
    run_id     integer not null references run (id),
    kind       text not null,
    number     integer not null,
    outcome    text not null,
    worker     text not null,
    started_ms integer not null,
    ended_ms   integer,
    error      text,
    primary key (run_id, kind, number)
) strict, without rowid;

create table artefact (
    run_id     integer not null references run (id),
    kind       text not null,
    path       text not null,
    size_bytes integer not null,
    primary key (run_id, path)
) strict, without rowid;

-- Runs per task and state, changed in the transaction that changes the tasks.
create table counter (
    batch_id integer not null references batch (id),
    kind     text not null,
    state    text not null,
    n        integer not null,
    primary key (batch_id, kind, state)
) strict, without rowid;

-- Outbox, audit trail and live feed in one: written in the transaction it reports. `autoincrement` takes part in
-- the transaction, and there is one writer, so `seq` has no gaps.
create table event (
    seq          integer primary key autoincrement,
    at_ms        integer not null,
    batch_id     integer references batch (id),
    run_id       integer references run (id),
    kind         text,
    attempt      integer,
    event        text not null,
    who          text not null,
    address      text,
    reason       text,
    payload_hash text,
    summary      text not null
) strict;
create index event_of_batch on event (batch_id, seq);

create table worker (
    id         text primary key,
    host       text not null,
    pid        integer not null,
    slots      integer not null,
    busy       integer not null,
    started_ms integer not null,
    seen_ms    integer not null
) strict;
