package joining

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Invitation is a link with which a neighbour asks others to join. They hand it
// over themselves: nothing is ever sent in their name.
type Invitation struct {
	ID        instance.ID
	Code      string // what stands in the link
	By        instance.ActorID
	Place     instance.ActorID
	Remaining int // how many may still join by it
	Joined    int
	Created   time.Time
	Expires   time.Time
	Revoked   time.Time
}

// What one person can hand out: so many open invitations at once, each good for
// so many people and so long, and so many in a month all in all.
const (
	MaxOpen     = 3
	PerLink     = 8
	PerMonth    = 10
	InviteLasts = 21 * 24 * time.Hour
)

// Counts tells whether somebody can still join by it.
func (i Invitation) Counts(now time.Time) bool {
	return i.Revoked.IsZero() && i.Remaining > 0 && now.Before(i.Expires)
}

// Invite makes a link with which others can join a place where the one who
// invites is a verified resident. It returns [instance.ErrForbidden] for anyone
// else, and an [instance.Invalid] for one more than a person has.
func (s *Service) Invite(ctx context.Context, by, place instance.ActorID) (Invitation, error) {
	now := s.o.Now().UTC()
	i := Invitation{ID: s.o.IDs.Next(), Code: rand.Text()[:16], By: by, Place: place, Remaining: PerLink, Created: now, Expires: now.Add(InviteLasts)}
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		var verified bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM memberships WHERE person_id = $1 AND group_id = $2 AND standing = 'verified')`, by, place).Scan(&verified)
		if err != nil {
			return err
		}
		if !verified {
			return instance.ErrForbidden
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO invitations (id, code, person_id, place_id, remaining, created_at, expires_at)
			SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS INTEGER),
			       CAST($6 AS BIGINT), CAST($7 AS BIGINT)
			 WHERE (SELECT COUNT(*) FROM invitations
			         WHERE person_id = $3 AND revoked_at IS NULL AND remaining > 0 AND expires_at > $6) < $8
			   AND (SELECT COUNT(*) FROM invitations WHERE person_id = $3 AND created_at > $9) < $10`,
			i.ID, i.Code, by, place, i.Remaining, store.Millis(now), store.Millis(i.Expires), MaxOpen,
			store.Millis(now.Add(-30*24*time.Hour)), PerMonth)
		if err == nil && n == 0 {
			return &instance.Invalid{Field: "invitations", Code: "too-many", Limit: MaxOpen}
		}
		return err
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("%s invites to %s: %w", by, place, err)
	}
	return i, nil
}

const inviteColumns = `id, code, person_id, place_id, remaining, joined, created_at, expires_at, revoked_at`

func scanInvitation(r store.Row) (Invitation, error) {
	var i Invitation
	var created, expires int64
	var revoked *int64
	err := r.Scan(&i.ID, &i.Code, &i.By, &i.Place, &i.Remaining, &i.Joined, &created, &expires, &revoked)
	if errors.Is(err, store.ErrNoRows) {
		return i, instance.ErrNotFound
	}
	i.Created, i.Expires, i.Revoked = store.Time(created), store.Time(expires), store.TimeOrNever(revoked)
	return i, err
}

// Invitations returns the latest invitations of a person, the newest first.
func (s *Service) Invitations(ctx context.Context, by instance.ActorID) ([]Invitation, error) {
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT `+inviteColumns+`
		  FROM invitations
		 WHERE person_id = $1
		 ORDER BY id DESC
		 LIMIT 20`, by)
	if err != nil {
		return nil, fmt.Errorf("invitations of %s: %w", by, err)
	}
	defer rows.Close()
	var list []Invitation
	for rows.Next() {
		i, err := scanInvitation(rows)
		if err != nil {
			return nil, fmt.Errorf("invitations of %s: %w", by, err)
		}
		list = append(list, i)
	}
	return list, rows.Err()
}

// Invitation returns an invitation of a person's own. It returns
// [instance.ErrNotFound] for one of somebody else.
func (s *Service) Invitation(ctx context.Context, by instance.ActorID, id instance.ID) (Invitation, error) {
	i, err := scanInvitation(s.o.DB.Read().QueryRow(ctx, `SELECT `+inviteColumns+` FROM invitations WHERE id = $1 AND person_id = $2`, id, by))
	if err != nil {
		return i, fmt.Errorf("invitation %s: %w", id, err)
	}
	return i, nil
}

// Coded returns the invitation of a link by which somebody can still join. It
// returns [instance.ErrGone] for any other.
func (s *Service) Coded(ctx context.Context, code string) (Invitation, error) {
	i, err := s.coded(ctx, s.o.DB.Read(), code)
	if err != nil {
		return i, fmt.Errorf("invitation: %w", err)
	}
	return i, nil
}

// coded also asks that the one who invites is still there.
func (s *Service) coded(ctx context.Context, tx store.Tx, code string) (Invitation, error) {
	i, err := scanInvitation(tx.QueryRow(ctx, `
		SELECT `+inviteColumns+`
		  FROM invitations
		 WHERE code = $1
		   AND EXISTS (SELECT 1 FROM people p JOIN actors a ON a.id = p.actor_id
		                WHERE p.actor_id = person_id AND p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL)`, code))
	if errors.Is(err, instance.ErrNotFound) || err == nil && !i.Counts(s.o.Now()) {
		return Invitation{}, instance.ErrGone
	}
	return i, err
}

// Revoke takes an invitation back. It returns [instance.ErrNotFound] for one of
// somebody else.
func (s *Service) Revoke(ctx context.Context, by instance.ActorID, id instance.ID) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE invitations
			   SET revoked_at = COALESCE(revoked_at, $3)
			 WHERE id = $1 AND person_id = $2`, id, by, store.Millis(s.o.Now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke invitation %s: %w", id, err)
	}
	return nil
}

// may returns [instance.ErrForbidden] where nobody may join, or only those who
// are invited, and [instance.ErrGone] for an invitation that is none any more.
func (s *Service) may(ctx context.Context, tx store.Tx, code string) error {
	if s.o.Registrations == Closed || s.o.Registrations == Invited && code == "" {
		return fmt.Errorf("join: %w", instance.ErrForbidden)
	}
	if code == "" {
		return nil
	}
	_, err := s.coded(ctx, tx, code)
	return err
}

// inviter is who made an invitation, 0 for none.
func (s *Service) inviter(ctx context.Context, tx store.Tx, code string) (instance.ActorID, error) {
	if err := s.may(ctx, tx, code); err != nil || code == "" {
		return 0, err
	}
	i, err := s.coded(ctx, tx, code)
	return i.By, err
}

// spend uses up one place of an invitation: of two who want the last one, the
// second is too late.
func (s *Service) spend(ctx context.Context, tx store.Tx, code string) error {
	if code == "" {
		return nil
	}
	n, err := tx.Exec(ctx, `
		UPDATE invitations
		   SET remaining = remaining - 1, joined = joined + 1
		 WHERE code = $1 AND remaining > 0 AND revoked_at IS NULL AND expires_at > $2`, code, store.Millis(s.o.Now()))
	if err == nil && n == 0 {
		err = instance.ErrGone
	}
	return err
}
