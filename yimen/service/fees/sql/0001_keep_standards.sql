-- A standard is written once (R171): nobody changes it at will, and no version is deleted. A change is the next version.
create function fees_keep_standard() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or row(
        new.charge_id, new.number, new.name, new.fee_class, new.revenue, new.how, new.amount_fen, new.low_fen, new.high_fen,
        new.unit, new.quantity_key, new.raised_at, new.basis, new.basis_number, new.basis_organ, new.valid_from, new.valid_until
    ) is distinct from row(
        old.charge_id, old.number, old.name, old.fee_class, old.revenue, old.how, old.amount_fen, old.low_fen, old.high_fen,
        old.unit, old.quantity_key, old.raised_at, old.basis, old.basis_number, old.basis_organ, old.valid_from, old.valid_until
    ) then
        raise exception 'a charge''s standard is never overwritten' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;

create trigger fees_keep_standard before update or delete on fees_chargeversion
    for each row execute function fees_keep_standard();
