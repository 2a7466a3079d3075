package housing

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// AskToSee asks another association to show a programme its homes. That says
// nothing of ours being shown to it. Only a lead may.
func (s *Service) AskToSee(ctx context.Context, by instance.Account, programme, partner instance.ActorID) error {
	uri := s.site.ActivityURI(s.ids.Next())
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		from, to, err := s.two(ctx, tx, by, programme, partner)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO housing_partners (programme_id, partner_id, we_see, we_uri, since)
			VALUES ($1, $2, 'asked', $3, $4)
			ON CONFLICT (programme_id, partner_id) DO UPDATE
			   SET we_see = 'asked', we_uri = excluded.we_uri
			 WHERE housing_partners.we_see NOT IN ('asked', 'agreed')`, programme, partner, uri, store.Millis(s.now()))
		if err != nil || n == 0 {
			return err
		}
		if err := s.note(ctx, tx, programme, by.ID, LogAsked, partner.String()); err != nil {
			return err
		}
		if err := s.jobs.Enqueue(ctx, tx, Meet{programme, partner}); err != nil {
			return err
		}
		return s.wire.Tell(ctx, tx, Word{Kind: AsksToSee, From: from, To: to, URI: uri})
	})
	return because(err, "programme %s asks to see homes of %s", programme, partner)
}

// two returns a programme that by leads, and a Group on another server.
func (s *Service) two(ctx context.Context, tx store.Tx, by instance.Account, programme, partner instance.ActorID) (from, to instance.Actor, err error) {
	if err := leads(ctx, tx, programme, by); err != nil {
		return from, to, err
	}
	both, err := actors.ByIDs(ctx, tx, []instance.ActorID{programme, partner})
	if err != nil {
		return from, to, err
	}
	from, to = both[programme], both[partner]
	if to.ID == 0 || to.Local() || to.Gone() || to.Kind != instance.Group {
		return from, to, instance.ErrNotFound
	}
	return from, to, nil
}

// FollowedIn takes the ask of another association to see our homes, and tells
// whether it was one: whether it is asked of a programme. A person decides,
// unless the asker is no Group or its server does not keep the rules: then the
// answer is no at once.
func (s *Service) FollowedIn(ctx context.Context, tx store.Tx, from, to instance.Actor, uri string) (bool, error) {
	d, err := programmeOf(ctx, tx, `p.group_id = $1`, to.ID)
	if errors.Is(err, instance.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	if from.Kind != instance.Group || from.Local() {
		return true, s.wire.Tell(ctx, tx, Word{Kind: MayNotSee, From: d.Group, To: from, URI: uri})
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_partners (programme_id, partner_id, sees_ours, ask_uri, since)
		VALUES ($1, $2, 'asked', $3, $4)
		ON CONFLICT (programme_id, partner_id) DO UPDATE
		   SET sees_ours = CASE WHEN housing_partners.sees_ours = 'agreed' THEN 'agreed' ELSE 'asked' END, ask_uri = excluded.ask_uri`,
		to.ID, from.ID, uri, store.Millis(s.now()))
	if err != nil {
		return true, because(err, "ask of %s", from.URI)
	}
	return true, s.jobs.Enqueue(ctx, tx, Meet{to.ID, from.ID})
}

// UnfollowedIn notes that another association no longer wants to see our homes,
// and tells whether it did.
func (s *Service) UnfollowedIn(ctx context.Context, tx store.Tx, from instance.Actor, uri, programme string) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE housing_partners
		   SET sees_ours = '', ask_uri = ''
		 WHERE partner_id = $1 AND sees_ours <> ''
		   AND (ask_uri = $2 OR programme_id = (SELECT id FROM actors WHERE uri = $3))`, from.ID, uri, programme)
	return n > 0, because(err, "end of the ask of %s", from.URI)
}

// AnsweredIn takes the answer to an ask of ours, and tells whether it was one:
// whether from was asked. It may come again, with another answer.
func (s *Service) AnsweredIn(ctx context.Context, tx store.Tx, from instance.Actor, uri, programme string, yes bool) (bool, error) {
	state := instance.PartnerRevoked
	if yes {
		state = instance.PartnerAgreed
	}
	var id instance.ActorID
	err := tx.QueryRow(ctx, `
		UPDATE housing_partners
		   SET we_see = CASE WHEN we_see = 'asked' AND $4 = 'revoked' THEN 'refused' ELSE $4 END
		 WHERE partner_id = $1 AND we_see <> '' AND (we_uri = $2 OR programme_id = (SELECT id FROM actors WHERE uri = $3))
		RETURNING programme_id`, from.ID, uri, programme, string(state)).Scan(&id)
	if errors.Is(err, store.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return true, because(err, "answer of %s", from.URI)
	}
	if !yes {
		err = s.parted(ctx, tx, id, from.ID)
	}
	return true, because(err, "answer of %s", from.URI)
}

// parted forgets the homes of a partner that shows us none any more. What was
// held there is held no longer: its keeper has dropped it, and tells us nothing
// more. Where somebody lives, they stay. A home that was taken back before this word
// came is known by the seal of its ledger.
func (s *Service) parted(ctx context.Context, tx store.Tx, programme, partner instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		UPDATE housing_holds
		   SET state = 'dropped', why = $3
		 WHERE programme_id = $1 AND state IN ('sending', 'unanswered', 'waiting', 'held', 'agreed')
		   AND home IN (SELECT uri FROM housing_homes WHERE programme_id = $1 AND partner_id = $2
		                UNION
		                SELECT c.uri
		                  FROM housing_partners x JOIN housing_copies c ON c.seal = x.seal
		                 WHERE x.programme_id = $1 AND x.partner_id = $2 AND x.seal <> '')`, programme, partner, string(ledger.Expelled))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM housing_homes WHERE programme_id = $1 AND partner_id = $2`, programme, partner)
	return err
}

// tidySoon has the ledgers of a programme in which somebody has something looked
// at with the next sweep, within a minute.
func (s *Service) tidySoon(ctx context.Context, tx store.Tx, programme instance.ActorID, group string) error {
	_, err := tx.Exec(ctx, `
		UPDATE housing_listings SET due_at = $3
		 WHERE id IN (SELECT listing_id FROM housing_leases WHERE programme_id = $1 AND by_uri = $2)`, programme, group, store.Millis(s.now()))
	return err
}

// Meet is the job that asks the server of a partner what it is.
type Meet struct {
	Programme instance.ActorID `json:"programme"`
	Partner   instance.ActorID `json:"partner"`
}

// Kind names the job.
func (Meet) Kind() string { return "housing_meet" }

// meet learns the keys of a partner. One that was agreed to with others is asked
// about again: a person has to agree to a new key.
func (s *Service) meet(ctx context.Context, j Meet) error {
	a, err := actors.ByID(ctx, s.db.Read(), j.Partner)
	if err != nil {
		return because(err, "meet %s", j.Partner)
	}
	d, err := s.wire.Desk(ctx, a.URI)
	if unreachable(err) {
		return because(err, "meet %s", a.URI)
	}
	fits := err == nil && d.Keeps && d.Group == a.URI && d.Recipient != "" && d.Seal != ""
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if !fits {
			return s.unfit(ctx, tx, j)
		}
		var changed bool
		var uri string
		err := tx.QueryRow(ctx, `
			SELECT x.seal <> '' AND x.seal <> $3, a.uri
			  FROM housing_partners x JOIN actors a ON a.id = x.partner_id
			 WHERE x.programme_id = $1 AND x.partner_id = $2`, j.Programme, j.Partner, string(d.Seal)).Scan(&changed, &uri)
		if err == nil && changed {
			err = s.tidySoon(ctx, tx, j.Programme, uri)
		}
		if err != nil {
			return notFound(err)
		}
		_, err = tx.Exec(ctx, `
			UPDATE housing_partners
			   SET sees_ours = CASE WHEN sees_ours = 'agreed' AND (seal <> $3 OR recipient <> $4) THEN 'asked' ELSE sees_ours END,
			       we_see = CASE WHEN we_see = 'agreed' AND seal <> '' AND (seal <> $3 OR recipient <> $4) THEN 'revoked' ELSE we_see END,
			       seal = $3, recipient = $4
			 WHERE programme_id = $1 AND partner_id = $2`, j.Programme, j.Partner, string(d.Seal), d.Recipient)
		return err
	})
	return because(err, "meet %s", a.URI)
}

// unfit refuses a partner whose server does not keep the rules.
func (s *Service) unfit(ctx context.Context, tx store.Tx, j Meet) error {
	var ask string
	err := tx.QueryRow(ctx, `
		UPDATE housing_partners
		   SET sees_ours = CASE WHEN sees_ours <> '' THEN 'unfitted' ELSE '' END,
		       we_see = CASE WHEN we_see <> '' THEN 'unfitted' ELSE '' END
		 WHERE programme_id = $1 AND partner_id = $2
		RETURNING ask_uri`, j.Programme, j.Partner).Scan(&ask)
	if err != nil || ask == "" {
		return notFound(err)
	}
	both, err := actors.ByIDs(ctx, tx, []instance.ActorID{j.Programme, j.Partner})
	if err != nil {
		return err
	}
	if err := s.tidySoon(ctx, tx, j.Programme, both[j.Partner].URI); err != nil {
		return err
	}
	return s.wire.Tell(ctx, tx, Word{Kind: MayNotSee, From: both[j.Programme], To: both[j.Partner], URI: ask})
}

// Accredit lets a partner that asked see the homes of a programme; it is told of
// those that there are. Only a lead may. seal is the one that the lead has seen:
// it returns [instance.ErrConflict] if the partner shows another one now, or did
// not ask, or has not been met yet.
func (s *Service) Accredit(ctx context.Context, by instance.Account, programme, partner instance.ActorID, seal ledger.Seal) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		from, to, err := s.two(ctx, tx, by, programme, partner)
		if err != nil {
			return err
		}
		var ask string
		err = tx.QueryRow(ctx, `
			UPDATE housing_partners
			   SET sees_ours = 'agreed', decided_by = $3, decided_at = $4
			 WHERE programme_id = $1 AND partner_id = $2 AND sees_ours IN ('asked', 'refused', 'revoked')
			   AND seal = $5 AND seal <> '' AND recipient <> ''
			RETURNING ask_uri`, programme, partner, by.ID, store.Millis(s.now()), string(seal)).Scan(&ask)
		if errors.Is(err, store.ErrNoRows) {
			return instance.ErrConflict
		}
		if err != nil {
			return err
		}
		if err := s.note(ctx, tx, programme, by.ID, LogAccepted, partner.String()); err != nil {
			return err
		}
		if err := s.wire.Tell(ctx, tx, Word{Kind: MaySee, From: from, To: to, URI: ask}); err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, ShareAll{programme, partner, false})
	})
	return because(err, "programme %s accredits %s", programme, partner)
}

// Expel ends at once that a partner sees our homes, or refuses it: it is told so,
// and told to forget them. What it waits for and holds is dropped, and nothing
// more is granted to it ([ledger.Keeper]). What it placed stays placed; its
// association is to be talked to. Only a lead may.
func (s *Service) Expel(ctx context.Context, by instance.Account, programme, partner instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		from, to, err := s.two(ctx, tx, by, programme, partner)
		if err != nil {
			return err
		}
		var ask string
		err = tx.QueryRow(ctx, `
			UPDATE housing_partners
			   SET sees_ours = CASE WHEN sees_ours = 'agreed' THEN 'revoked' ELSE 'refused' END, decided_by = $3, decided_at = $4
			 WHERE programme_id = $1 AND partner_id = $2 AND sees_ours IN ('asked', 'agreed')
			RETURNING ask_uri`, programme, partner, by.ID, store.Millis(s.now())).Scan(&ask)
		if errors.Is(err, store.ErrNoRows) {
			return instance.ErrConflict
		}
		if err != nil {
			return err
		}
		if err := s.note(ctx, tx, programme, by.ID, LogExpelled, partner.String()); err != nil {
			return err
		}
		if err := s.wire.Tell(ctx, tx, Word{Kind: MayNotSee, From: from, To: to, URI: ask}); err != nil {
			return err
		}
		if err := s.tidySoon(ctx, tx, programme, to.URI); err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, ShareAll{programme, partner, true})
	})
	return because(err, "programme %s expels %s", programme, partner)
}

// Partners returns the associations that a programme knows, to those of its
// team.
func (s *Service) Partners(ctx context.Context, by instance.Account, programme instance.ActorID) ([]instance.Partner, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return nil, because(err, "partners of %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, x.sees_ours, x.we_see, x.seal, x.recipient, x.since
		  FROM housing_partners x JOIN actors a ON a.id = x.partner_id
		 WHERE x.programme_id = $1
		 ORDER BY x.since, a.id`, programme)
	if err != nil {
		return nil, because(err, "partners of %s", programme)
	}
	defer rows.Close()
	var list []instance.Partner
	for rows.Next() {
		p := instance.Partner{Programme: programme}
		var ours, theirs, seal string
		var since int64
		dest, done := actors.Fields(&p.Group)
		if err := rows.Scan(append(dest, &ours, &theirs, &seal, &p.Recipient, &since)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		p.SeesOurs, p.WeSee, p.Seal = instance.PartnerState(ours), instance.PartnerState(theirs), ledger.Seal(seal)
		p.Since = store.Time(since)
		list = append(list, p)
	}
	return list, because(rows.Err(), "partners of %s", programme)
}

// agreed returns the Groups that may see the homes of a programme.
func agreed(ctx context.Context, tx store.Tx, programme instance.ActorID) ([]instance.Actor, error) {
	return actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM housing_partners x JOIN actors a ON a.id = x.partner_id
		 WHERE x.programme_id = $1 AND x.sees_ours = 'agreed' AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY a.id`, programme))
}

// errUnseen says that a partner told of a home without having been asked.
var errUnseen = fmt.Errorf("a home of one who was not asked: %w", instance.ErrForbidden)
