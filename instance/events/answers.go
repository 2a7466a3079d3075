package events

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

const rsvpColumns = `r.id, r.post_id, r.actor_id, r.email, r.name, r.seats, r.state, r.note, r.uri, r.language, r.changed_at`

// list returns answers with those who gave them, the earliest first.
func list(ctx context.Context, tx store.Tx, where string, args ...any) ([]instance.RSVP, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+rsvpColumns+`
		  FROM rsvps r
		 WHERE `+where+`
		 ORDER BY r.queue`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []instance.RSVP
	var who []instance.ActorID
	var of []int
	for rows.Next() {
		var r instance.RSVP
		var actor *instance.ActorID
		var at int64
		if err := rows.Scan(&r.ID, &r.Event, &actor, &r.Email, &r.Name, &r.Seats, &r.State, &r.Note, &r.URI, &r.Language, &at); err != nil {
			return nil, err
		}
		r.At = store.Time(at)
		if actor != nil {
			who, of = append(who, *actor), append(of, len(all))
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil || len(who) == 0 {
		return all, err
	}
	known, err := actors.ByIDs(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	for i, id := range who {
		a := known[id]
		all[of[i]].Who = &a
	}
	return all, nil
}

// answerOf returns what somebody answered to an event. It returns
// [instance.ErrNotFound] if nothing.
func answerOf(ctx context.Context, tx store.Tx, id instance.PostID, g guest) (instance.RSVP, error) {
	where, key := `r.post_id = $1 AND r.actor_id = $2`, g.actor()
	if g.who == nil {
		where, key = `r.post_id = $1 AND r.email = $2`, g.email
	}
	all, err := list(ctx, tx, where, id, key)
	if err != nil {
		return instance.RSVP{}, fmt.Errorf("answer to event %s: %w", id, err)
	}
	if len(all) == 0 {
		return instance.RSVP{}, fmt.Errorf("answer to event %s: %w", id, instance.ErrNotFound)
	}
	return all[0], nil
}

// keep writes what somebody answers now. Who was in a row stays at their turn.
func (s *Service) keep(ctx context.Context, tx store.Tx, id instance.PostID, g guest, before instance.RSVP, state instance.RSVPState, a Answer) (instance.RSVP, error) {
	r := instance.RSVP{ID: before.ID, Event: id, Who: g.who, Email: g.email, Name: g.name, Seats: a.Seats, State: state, Note: a.Note, URI: g.uri, Language: g.language, At: s.now().UTC()}
	if before.ID != 0 {
		queue := ``
		if before.State != state {
			queue = `, queue = $8`
		}
		args := []any{r.ID, r.Seats, string(state), r.Note, r.URI, store.Millis(r.At), r.Name}
		if queue != "" {
			args = append(args, s.ids.Next())
		}
		_, err := tx.Exec(ctx, `
			UPDATE rsvps
			   SET seats = $2, state = $3, note = $4, uri = CASE WHEN $5 <> '' THEN $5 ELSE uri END, changed_at = $6, name = $7`+queue+`
			 WHERE id = $1`, args...)
		if r.URI == "" {
			r.URI = before.URI
		}
		return r, err
	}
	r.ID = s.ids.Next()
	_, err := tx.Exec(ctx, `
		INSERT INTO rsvps (id, post_id, actor_id, email, name, seats, state, note, uri, language, queue, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $1, $11)`,
		r.ID, id, g.actor(), r.Email, r.Name, r.Seats, string(state), r.Note, r.URI, r.Language, store.Millis(r.At))
	return r, err
}

// Mine returns what somebody answered to an event, the zero RSVP if nothing.
func (s *Service) Mine(ctx context.Context, who instance.ActorID, id instance.PostID) (instance.RSVP, error) {
	all, err := list(ctx, s.db.Read(), `r.post_id = $1 AND r.actor_id = $2`, id, who)
	if err != nil || len(all) == 0 {
		return instance.RSVP{}, err
	}
	return all[0], nil
}

// Guests returns everybody who answered an event of ours, for its hosts, in the
// order in which they did. It returns [instance.ErrForbidden] for others.
func (s *Service) Guests(ctx context.Context, by instance.ActorID, p *instance.Post) ([]instance.RSVP, error) {
	may, err := s.Hosts(ctx, by, p)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, fmt.Errorf("guests of event %s: %w", p.ID, instance.ErrForbidden)
	}
	return list(ctx, s.db.Read(), `r.post_id = $1 AND r.state <> 'unconfirmed'`, p.ID)
}

// Coming returns the actors who come to an event, in the order in which they
// said so, at most [MaxListed].
func (s *Service) Coming(ctx context.Context, id instance.PostID) ([]instance.Actor, error) {
	return actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM rsvps r JOIN actors a ON a.id = r.actor_id
		 WHERE r.post_id = $1 AND r.state = 'coming' AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY r.queue
		 LIMIT $2`, id, MaxListed))
}

// Organiser returns the person who invites in the name of a place.
func (s *Service) Organiser(ctx context.Context, p *instance.Post) (instance.Actor, error) {
	return actors.ByURI(ctx, s.db.Read(), p.Event.Organiser)
}

// Writes tells whether guests without an account can be written to.
func (s *Service) Writes() bool { return s.mail != nil }
