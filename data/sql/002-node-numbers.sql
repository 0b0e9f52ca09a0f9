-- Each process takes the next number for the ids that it makes, so that those of processes side by side never meet.
-- @postgresql
CREATE SEQUENCE node_numbers MINVALUE 0 MAXVALUE 1023 START 0 CYCLE;
