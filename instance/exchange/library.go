package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
	"palier/instance/writing"
)

// Thing is something in the library of an association.
type Thing struct {
	*instance.Post

	Shelf    string
	Out      bool      // somebody has it now
	Until    time.Time // that they bring it back; zero if they did not say
	Reserved time.Time // from when on it is promised next; zero for not
}

// MostThings is how many things of one library are listed.
const MostThings = 500

// Library returns what the library of an association has, as v may read it, by
// shelf and name; with words only what they name. Who has something is told to
// nobody.
func (s *Service) Library(ctx context.Context, v instance.Viewer, library instance.ActorID, words string) ([]Thing, error) {
	all, err := s.library(ctx, v, library)
	if err != nil {
		return nil, fmt.Errorf("library of %s: %w", library, err)
	}
	terms := writing.Terms(words)
	all = slices.DeleteFunc(all, func(t Thing) bool {
		there := writing.Terms(t.Title + " " + t.Shelf)
		return !contain(there, terms)
	})
	slices.SortStableFunc(all, func(a, b Thing) int {
		if d := strings.Compare(a.Shelf, b.Shelf); d != 0 {
			return d
		}
		return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title))
	})
	return all, nil
}

// contain tells whether each of terms begins a word that is there.
func contain(there, terms []string) bool {
	for _, term := range terms {
		stem := writing.Stem(term)
		if !slices.ContainsFunc(there, func(word string) bool { return strings.HasPrefix(word, stem) }) {
			return false
		}
	}
	return true
}

func (s *Service) library(ctx context.Context, v instance.Viewer, library instance.ActorID) ([]Thing, error) {
	where, args := readable.Where(v, []any{library, store.Millis(s.now()), MostThings})
	rows, err := s.db.Read().Query(ctx, `
		SELECT p.id, k.shelf,
		       (SELECT COUNT(*) FROM agreements g WHERE g.post_id = p.id AND g.state = 'handed-over'),
		       (SELECT MAX(g.ends_at) FROM agreements g WHERE g.post_id = p.id AND g.state = 'handed-over'),
		       (SELECT MIN(g.starts_at) FROM agreements g WHERE g.post_id = p.id AND g.state = 'accepted')
		  FROM asks k CROSS JOIN posts p
		  JOIN proposals q ON q.post_id = p.id
		 WHERE k.library_id = $1 AND p.id = k.post_id AND p.kind = 'lending' AND q.purpose = 'offer'
		   AND q.status IN ('open', 'agreed') AND (q.ends_at IS NULL OR q.ends_at > $2) AND k.paused_at IS NULL
		   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
		 ORDER BY p.id DESC
		 LIMIT $3`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []instance.PostID
	known := map[instance.PostID]Thing{}
	for rows.Next() {
		var id instance.PostID
		var t Thing
		var out int
		var until, reserved *int64
		if err := rows.Scan(&id, &t.Shelf, &out, &until, &reserved); err != nil {
			return nil, err
		}
		t.Out, t.Until, t.Reserved = out > 0, store.TimeOrNever(until), store.TimeOrNever(reserved)
		ids, known[id] = append(ids, id), t
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	found, err := s.posts.Load(ctx, v, ids)
	var all []Thing
	for _, p := range found {
		t := known[p.ID]
		t.Post = p
		all = append(all, t)
	}
	return all, err
}

// lay checks that what is lent lies in a library of its author's.
func lay(ctx context.Context, tx store.Tx, p *instance.Post, o Opening) error {
	if o.Library == 0 {
		return nil
	}
	no := &instance.Invalid{Field: "library", Code: "unknown"}
	if p.Kind != instance.KindLending || p.Proposal.Purpose != instance.Offering {
		return no
	}
	var acts int
	err := tx.QueryRow(ctx, `
		SELECT 1 FROM organisation_agents WHERE organisation_id = $1 AND person_id = $2`, o.Library, p.Author.ID).Scan(&acts)
	if errors.Is(err, store.ErrNoRows) {
		return no
	}
	return err
}
