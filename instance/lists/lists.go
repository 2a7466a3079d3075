// Package lists keeps whom people read together: their lists, who is in them,
// and what stands in each, which is written as it arrives.
package lists

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service keeps lists.
type Service struct {
	db      *store.DB
	ids     *instance.IDs
	now     func() time.Time
	readers func(audience instance.Audience, place string) string
}

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	IDs *instance.IDs
	Now func() time.Time
	// Readers gives the query for those who may read a local post in a place,
	// given as a placeholder; its column is called reader.
	Readers func(audience instance.Audience, place string) string
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, readers: o.Readers}
}

// Create begins a list with nobody in it. It returns an [instance.Invalid] for
// what cannot be taken, and for the list after the last that a person can have.
func (s *Service) Create(ctx context.Context, owner instance.ActorID, plan instance.ListPlan) (instance.List, error) {
	if err := plan.Check(); err != nil {
		return instance.List{}, err
	}
	l := instance.List{ID: instance.ListID(s.ids.Next()), Owner: owner, ListPlan: plan}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO lists (id, owner_id, title, replies, exclusive)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BOOLEAN)
			 WHERE (SELECT COUNT(*) FROM lists WHERE owner_id = $2) < $6`,
			l.ID, owner, l.Title, string(l.Replies), l.Exclusive, instance.MaxLists)
		if err == nil && n == 0 {
			return &instance.Invalid{Field: "lists", Code: "too-many", Limit: instance.MaxLists}
		}
		return err
	})
	if err != nil {
		return instance.List{}, fmt.Errorf("create list of %s: %w", owner, err)
	}
	return l, nil
}

// Edit changes a list. It returns an [instance.Invalid] for what cannot be
// taken and [instance.ErrNotFound] for a list that is not owner's.
func (s *Service) Edit(ctx context.Context, owner instance.ActorID, id instance.ListID, plan instance.ListPlan) (instance.List, error) {
	if err := plan.Check(); err != nil {
		return instance.List{}, err
	}
	err := s.change(ctx, owner, id, "edit", func(tx store.Tx, was instance.List) error {
		_, err := tx.Exec(ctx, `
			UPDATE lists
			   SET title = $2, replies = $3, exclusive = $4
			 WHERE id = $1`, id, plan.Title, string(plan.Replies), plan.Exclusive)
		if err != nil || !was.Exclusive || plan.Exclusive {
			return err
		}
		return bringHome(ctx, tx, id, 0)
	})
	return instance.List{ID: id, Owner: owner, ListPlan: plan}, err
}

// Delete ends a list. What it kept out of the home feed goes back there. It
// returns [instance.ErrNotFound] for a list that is not owner's.
func (s *Service) Delete(ctx context.Context, owner instance.ActorID, id instance.ListID) error {
	return s.change(ctx, owner, id, "delete", func(tx store.Tx, l instance.List) error {
		if l.Exclusive {
			if err := bringHome(ctx, tx, id, 0); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `DELETE FROM lists WHERE id = $1`, id)
		return err
	})
}

// change does something with a list of owner's in one transaction, in which
// nobody else changes it. What exclusive lists of owner's hold is out of their
// home feed afterwards.
func (s *Service) change(ctx context.Context, owner instance.ActorID, id instance.ListID, deed string, do func(store.Tx, instance.List) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		// Writing the row is how both engines hold it.
		l, err := scan(tx.QueryRow(ctx, `
			UPDATE lists
			   SET title = title
			 WHERE id = $1 AND owner_id = $2
			RETURNING `+columns, id, owner))
		if err != nil {
			return err
		}
		if err := do(tx, l); err != nil {
			return err
		}
		return keepOut(ctx, tx, owner)
	})
	if err != nil {
		return fmt.Errorf("%s list %s of %s: %w", deed, id, owner, err)
	}
	return nil
}

const columns = `id, owner_id, title, replies, exclusive`

// scan reads a list from a row of columns.
func scan(r store.Row) (instance.List, error) {
	var l instance.List
	var replies string
	err := r.Scan(&l.ID, &l.Owner, &l.Title, &replies, &l.Exclusive)
	if errors.Is(err, store.ErrNoRows) {
		return l, instance.ErrNotFound
	}
	l.Replies = instance.ListReplies(replies)
	return l, err
}

// ByID returns a list of owner's, [instance.ErrNotFound] for any other.
func (s *Service) ByID(ctx context.Context, owner instance.ActorID, id instance.ListID) (instance.List, error) {
	l, err := scan(s.db.Read().QueryRow(ctx, `
		SELECT `+columns+`
		  FROM lists
		 WHERE id = $1 AND owner_id = $2`, id, owner))
	if err != nil {
		return l, fmt.Errorf("list %s of %s: %w", id, owner, err)
	}
	return l, nil
}

// All returns somebody's lists, the oldest first.
func (s *Service) All(ctx context.Context, owner instance.ActorID) ([]instance.List, error) {
	found, err := list(s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM lists
		 WHERE owner_id = $1
		 ORDER BY id`, owner))
	if err != nil {
		return nil, fmt.Errorf("lists of %s: %w", owner, err)
	}
	return found, nil
}

// With returns those of somebody's lists that an actor is in, the oldest first.
func (s *Service) With(ctx context.Context, owner, member instance.ActorID) ([]instance.List, error) {
	found, err := list(s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM lists
		 WHERE owner_id = $1 AND id IN (SELECT list_id FROM list_members WHERE actor_id = $2 AND owner_id = $1)
		 ORDER BY id`, owner, member))
	if err != nil {
		return nil, fmt.Errorf("lists of %s with %s: %w", owner, member, err)
	}
	return found, nil
}

func list(rows store.Rows, err error) ([]instance.List, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []instance.List
	for rows.Next() {
		l, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, l)
	}
	return found, rows.Err()
}
