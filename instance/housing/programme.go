package housing

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/vault"
	"palier/instance/writing"
	"palier/protocol/ledger"
)

// GiveMandate lets an organisation run programmes. Only an administrator may;
// others get [instance.ErrForbidden].
func (s *Service) GiveMandate(ctx context.Context, by instance.Account, organisation instance.ActorID) error {
	if by.Role != instance.Admin {
		return fmt.Errorf("mandate of %s: %w", organisation, instance.ErrForbidden)
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO housing_mandates (organisation_id, given_by, given_at)
			SELECT o.actor_id, CAST($2 AS BIGINT), CAST($3 AS BIGINT)
			  FROM organisations o
			 WHERE o.actor_id = $1 AND o.sort IN ('association', 'council', 'institution')
			ON CONFLICT (organisation_id) DO UPDATE SET given_by = excluded.given_by, given_at = excluded.given_at, ended_at = NULL, until_at = NULL, told_until = NULL`,
			organisation, by.ID, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	return because(err, "mandate of %s", organisation)
}

// EndMandate takes a mandate back: from now on its programmes hold and place
// nothing. Who lives somewhere stays there.
func (s *Service) EndMandate(ctx context.Context, by instance.Account, organisation instance.ActorID) error {
	if by.Role != instance.Admin {
		return fmt.Errorf("end the mandate of %s: %w", organisation, instance.ErrForbidden)
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE housing_mandates SET ended_at = $2 WHERE organisation_id = $1 AND ended_at IS NULL`, organisation, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	return because(err, "end the mandate of %s", organisation)
}

// Plan is what a programme is to be.
type Plan struct {
	Username string // its name in the public address
	Title    string
	Summary  string // Markdown-lite
}

const (
	maxTitle   = 100
	maxSummary = 2000
)

func (p Plan) check() error {
	switch {
	case writing.CleanName(p.Title) == "":
		return &instance.Invalid{Field: "title", Code: "missing"}
	case utf8.RuneCountInString(p.Title) > maxTitle:
		return &instance.Invalid{Field: "title", Code: "too-long", Limit: maxTitle}
	case utf8.RuneCountInString(p.Summary) > maxSummary:
		return &instance.Invalid{Field: "summary", Code: "too-long", Limit: maxSummary}
	}
	return nil
}

// Open begins a programme of an organisation with a mandate; who opens it acts
// for the organisation and is its first lead. Others get [instance.ErrNotFound],
// an organisation without a mandate [instance.ErrForbidden]. A programme that is refused
// leaves no key in the vault.
func (s *Service) Open(ctx context.Context, by instance.Account, organisation instance.ActorID, p Plan) (instance.Programme, error) {
	var none instance.Programme
	key, err := instance.ParseUsername(p.Username)
	if err != nil {
		return none, err
	}
	if err := p.check(); err != nil {
		return none, err
	}
	// Before a key is on the disk: whoever may open none leaves none there.
	if err := mandated(ctx, s.db.Read(), by, organisation); err != nil {
		return none, because(err, "open programme %s", key)
	}
	keep, err := s.keys.Mint()
	if err != nil {
		return none, because(err, "open programme %s", key)
	}
	group := s.newGroup(key, p)
	desk, err := s.newKeys(group.ID)
	if err != nil {
		return none, because(err, "open programme %s", key)
	}
	programme := instance.Programme{Group: group, Organisation: organisation, Seal: desk.seal, OpenedAt: s.now().UTC()}
	refused := true
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		err := s.openIn(ctx, tx, by, programme, desk)
		if err == nil {
			err = keep(ctx, tx, programme.Group)
		}
		refused = err != nil
		return err
	})
	if err != nil && refused { // where only the end of the transaction failed, it may have come about
		err = errors.Join(err, s.vault.Discard(desk.recipient), s.vault.Discard(desk.files))
	}
	if err != nil {
		return none, because(err, "open programme %s", key)
	}
	return programme, nil
}

func (s *Service) openIn(ctx context.Context, tx store.Tx, by instance.Account, p instance.Programme, k deskKeys) error {
	if err := mandated(ctx, tx, by, p.Organisation); err != nil {
		return err
	}
	if err := actors.Save(ctx, tx, p.Group, ""); err != nil {
		if errors.Is(err, instance.ErrConflict) {
			return &instance.Invalid{Field: "username", Code: "taken"}
		}
		return err
	}
	if err := s.insert(ctx, tx, p, k, by.ID); err != nil {
		return err
	}
	return s.note(ctx, tx, p.Group.ID, by.ID, LogOpened, "")
}

// deskKeys are what a programme signs ledgers with, what files for it are encrypted to,
// and what its own files are sealed to. The last two are in the vault.
type deskKeys struct {
	seal      ledger.Seal
	sign      ed25519.PrivateKey
	recipient string
	files     string
}

func (s *Service) newKeys(programme instance.ActorID) (k deskKeys, err error) {
	if _, k.sign, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return k, err
	}
	if k.seal, err = ledger.SealOf(k.sign); err != nil {
		return k, err
	}
	if k.recipient, err = s.vault.NewIdentity("files that partners send"); err != nil {
		return k, err
	}
	if k.files, err = s.vault.NewIdentity(vault.NoteOf(programme)); err != nil {
		err = errors.Join(err, s.vault.Discard(k.recipient))
	}
	return k, err
}

func mandated(ctx context.Context, tx store.Tx, by instance.Account, organisation instance.ActorID) error {
	var acts, may bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM organisation_agents WHERE organisation_id = $1 AND person_id = $2),
		       EXISTS (SELECT 1 FROM housing_mandates WHERE organisation_id = $1 AND ended_at IS NULL)`, organisation, by.ID).Scan(&acts, &may)
	switch {
	case err != nil:
		return err
	case !acts:
		return instance.ErrNotFound
	case !may:
		return instance.ErrForbidden
	}
	return nil
}

func (s *Service) insert(ctx context.Context, tx store.Tx, p instance.Programme, k deskKeys, lead instance.ActorID) error {
	if err := s.vault.Give(ctx, tx, p.Group.ID, k.files); err != nil {
		return err
	}
	sealed, err := s.sealedKey(ctx, tx, p.Group.ID, k.sign.Seed())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_programmes (group_id, organisation_id, seal, seal_key, recipient, recipient_key, opened_at)
		VALUES ($1, $2, $3, $4, $5, '', $6)`,
		p.Group.ID, p.Organisation, string(p.Seal), sealed, k.recipient, store.Millis(p.OpenedAt))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_team (programme_id, person_id, role, since)
		VALUES ($1, $2, 'lead', $3)`, p.Group.ID, lead, store.Millis(p.OpenedAt))
	return err
}

// newGroup is a Group that lets nobody in by itself and is listed nowhere.
func (s *Service) newGroup(key string, p Plan) instance.Actor {
	uri, now := s.site.GroupURI(key), s.now().UTC()
	return instance.Actor{
		ID: instance.ActorID(s.ids.Next()), URI: uri, Kind: instance.Group, Username: p.Username,
		Name: writing.CleanName(p.Title), Summary: writing.Render(p.Summary, writing.Options{}).HTML, URL: s.site.Page(key),
		Inbox: uri + "/inbox", SharedInbox: s.site.Inbox(), Outbox: uri + "/outbox",
		Followers: uri + "/followers", Following: uri + "/following", Featured: uri + "/featured",
		Moderators: uri + "/moderators", Locked: true, HideCollections: true, CreatedAt: now, UpdatedAt: now,
	}
}

// SetTeam gives a person of this server a role in a programme, or with an empty
// one takes it. Only a lead may; the last lead stays one.
func (s *Service) SetTeam(ctx context.Context, by instance.Account, programme, person instance.ActorID, as instance.TeamRole) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := leads(ctx, tx, programme, by); err != nil {
			return err
		}
		if as == "" {
			_, err := tx.Exec(ctx, `DELETE FROM housing_team WHERE programme_id = $1 AND person_id = $2`, programme, person)
			if err != nil {
				return err
			}
			if err := s.note(ctx, tx, programme, by.ID, LogLeft, person.String()); err != nil {
				return err
			}
			return led(ctx, tx, programme)
		}
		if !instance.Known(roleWords, string(as)) {
			return &instance.Invalid{Field: "role", Code: "unknown"}
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO housing_team (programme_id, person_id, role, since)
			SELECT CAST($1 AS BIGINT), p.actor_id, CAST($3 AS TEXT), CAST($4 AS BIGINT)
			  FROM people p
			 WHERE p.actor_id = $2
			ON CONFLICT (programme_id, person_id) DO UPDATE SET role = excluded.role`, programme, person, string(as), store.Millis(s.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrNotFound
		}
		if err := s.note(ctx, tx, programme, by.ID, LogTeam, person.String()); err != nil {
			return err
		}
		return led(ctx, tx, programme)
	})
	return because(err, "role of %s in programme %s", person, programme)
}

var roleWords = []string{string(instance.Lead), string(instance.Caseworker), string(instance.Visitor), string(instance.TeamReader)}

// led returns [instance.ErrConflict] if nobody leads a programme any more.
func led(ctx context.Context, tx store.Tx, programme instance.ActorID) error {
	var some bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM housing_team WHERE programme_id = $1 AND role = 'lead')`, programme).Scan(&some)
	if err == nil && !some {
		err = instance.ErrConflict
	}
	return err
}

// Freeze stops a programme at once: nothing is held or placed until [Service.Thaw].
// Who lives somewhere stays there, and whoever asked may still withdraw. Those who
// keep homes may freeze; only a lead thaws.
func (s *Service) Freeze(ctx context.Context, by instance.Account, programme instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_programmes SET frozen_at = $2 WHERE group_id = $1 AND frozen_at IS NULL`, programme, store.Millis(s.now()))
		if err != nil || n == 0 {
			return err
		}
		return s.note(ctx, tx, programme, by.ID, LogFrozen, "")
	})
	return because(err, "freeze programme %s", programme)
}

// Thaw lets a programme go on.
func (s *Service) Thaw(ctx context.Context, by instance.Account, programme instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := leads(ctx, tx, programme, by); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE housing_programmes SET frozen_at = NULL WHERE group_id = $1 AND frozen_at IS NOT NULL`, programme)
		if err != nil || n == 0 {
			return err
		}
		if err := s.note(ctx, tx, programme, by.ID, LogThawed, ""); err != nil {
			return err
		}
		// Whoever waited meanwhile is served with the next sweep.
		_, err = tx.Exec(ctx, `
			UPDATE housing_listings SET due_at = $2
			 WHERE programme_id = $1 AND state IN ('available', 'held', 'placed', 'ending') AND due_at > $2`, programme, store.Millis(s.now()))
		return err
	})
	return because(err, "thaw programme %s", programme)
}

// desk is a programme with the key it signs ledgers with, where that is needed.
type desk struct {
	instance.Programme
	key    ed25519.PrivateKey // see [Service.deskOf]
	sealed []byte
	// stopped tells that nothing is held or placed now: it is frozen, or its
	// organisation has no mandate any more.
	stopped bool
	// What is switched off for a home; see [Service.deskFor].
	noHolds, noPlacements bool
}

// programmeOf reads a programme of ours, without its key, by a condition on p and
// a.
func programmeOf(ctx context.Context, tx store.Tx, where string, args ...any) (desk, error) {
	var d desk
	var seal string
	var frozen, ended *int64
	var opened int64
	dest, done := actors.Fields(&d.Group)
	err := tx.QueryRow(ctx, `
		SELECT `+actors.Columns+`, p.organisation_id, p.seal, p.seal_key, p.frozen_at, p.opened_at, m.ended_at
		  FROM housing_programmes p
		  JOIN housing_mandates m ON m.organisation_id = p.organisation_id
		  JOIN actors a ON a.id = p.group_id
		 WHERE a.deleted_at IS NULL AND a.suspended_at IS NULL AND `+where, args...).
		Scan(append(dest, &d.Organisation, &seal, &d.sealed, &frozen, &opened, &ended)...)
	if err != nil {
		return d, notFound(err)
	}
	if err := done(); err != nil {
		return d, err
	}
	d.Seal = ledger.Seal(seal)
	d.FrozenAt, d.OpenedAt = store.TimeOrNever(frozen), store.Time(opened)
	d.stopped = frozen != nil || ended != nil
	return d, nil
}

// Programme returns one of ours to those of its team.
func (s *Service) Programme(ctx context.Context, by instance.Account, id instance.ActorID) (instance.Programme, instance.TeamRole, error) {
	r, err := role(ctx, s.db.Read(), id, by.ID)
	if err != nil {
		return instance.Programme{}, "", because(err, "programme %s", id)
	}
	d, err := programmeOf(ctx, s.db.Read(), `p.group_id = $1`, id)
	return d.Programme, r, because(err, "programme %s", id)
}

// DeskOf returns what a programme of ours says of itself to anyone. It returns
// [instance.ErrNotFound] for a group that is none.
func (s *Service) DeskOf(ctx context.Context, group string) (Desk, error) {
	var d Desk
	var seal string
	err := s.db.Read().QueryRow(ctx, `
		SELECT a.uri, p.seal, p.recipient
		  FROM housing_programmes p JOIN actors a ON a.id = p.group_id
		 WHERE a.uri = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, group).Scan(&d.Group, &seal, &d.Recipient)
	d.Seal, d.Keeps = ledger.Seal(seal), true
	return d, because(notFound(err), "desk of %s", group)
}
