package events

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// maxProposed is how many points of one person can wait for an answer at one
// meeting.
const maxProposed = 10

// MaxReason is how long the reason is for which a point is declined or minutes are
// put right, in characters.
const MaxReason = 300

// meeting returns a meeting in a group that v takes part in, and whether they look
// after that. It returns [instance.ErrNotFound] for any other.
func (s *Service) meeting(ctx context.Context, v instance.Viewer, id instance.PostID) (p *instance.Post, tends bool, err error) {
	p, err = s.readable(ctx, v, id)
	if err == nil && (v.ID == 0 || !p.Meets() || !v.Reads(instance.ToNeighbourhood, p.Group.ID)) {
		err = fmt.Errorf("meeting %s: %w", id, instance.ErrNotFound)
	}
	if err != nil {
		return nil, false, err
	}
	return p, slices.Contains(v.Tends, p.Group.ID), nil
}

// tended is [Service.meeting] for those who look after the group; others get
// [instance.ErrForbidden].
func (s *Service) tended(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Post, error) {
	p, tends, err := s.meeting(ctx, v, id)
	if err == nil && !tends {
		err = fmt.Errorf("meeting %s: %w", id, instance.ErrForbidden)
	}
	return p, err
}

// Agenda returns the points of a meeting's agenda: those taken in their order, then
// those proposed, then those declined.
func (s *Service) Agenda(ctx context.Context, id instance.PostID) ([]instance.AgendaPoint, error) {
	list, err := points(ctx, s.db.Read(), id)
	if err != nil {
		return nil, fmt.Errorf("agenda of event %s: %w", id, err)
	}
	return list, nil
}

func points(ctx context.Context, tx store.Tx, id instance.PostID) ([]instance.AgendaPoint, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, COALESCE(by_id, 0), title, state, reason, said, decision
		  FROM agenda_points
		 WHERE post_id = $1
		 ORDER BY CASE state WHEN 'taken' THEN 0 WHEN 'proposed' THEN 1 ELSE 2 END, place, id`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []instance.AgendaPoint
	var by []instance.ActorID
	for rows.Next() {
		var p instance.AgendaPoint
		var who instance.ActorID
		if err := rows.Scan(&p.ID, &who, &p.Title, &p.State, &p.Reason, &p.Said, &p.Decision); err != nil {
			return nil, err
		}
		list, by = append(list, p), append(by, who)
	}
	if err := rows.Err(); err != nil || len(list) == 0 {
		return nil, err
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	known, err := actors.ByIDs(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	for i, who := range by {
		if a, ok := known[who]; ok && !a.Gone() {
			list[i].By = &a
		}
	}
	return list, nil
}

// line is what somebody wrote on one line, and an [instance.Invalid] if it cannot be.
func line(field, text string, most int) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	switch {
	case text == "":
		return "", &instance.Invalid{Field: field, Code: "missing"}
	case utf8.RuneCountInString(text) > most:
		return "", &instance.Invalid{Field: field, Code: "too-long", Limit: most}
	case !utf8.ValidString(text):
		return "", &instance.Invalid{Field: field, Code: "malformed"}
	}
	return text, nil
}

// Propose puts a point to a meeting: for whoever looks after its group to take or
// decline, or at once onto the agenda where that is who proposes. It returns an
// [instance.Invalid] for what cannot be, also when there are too many, and
// [instance.ErrNotFound] for who takes no part in the group.
func (s *Service) Propose(ctx context.Context, v instance.Viewer, id instance.PostID, title string) error {
	title, err := line("point", title, MaxNeed)
	if err != nil {
		return err
	}
	_, tends, err := s.meeting(ctx, v, id)
	if err != nil {
		return err
	}
	state := instance.PointProposed
	if tends {
		state = instance.PointTaken
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO agenda_points (id, post_id, by_id, title, state, place)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT),
			       (SELECT COALESCE(MAX(place), 0) + 1 FROM agenda_points WHERE post_id = $2)
			 WHERE (SELECT COUNT(*) FROM agenda_points WHERE post_id = $2) < $6
			   AND (SELECT COUNT(*) FROM agenda_points WHERE post_id = $2 AND by_id = $3 AND state = 'proposed') < $7`,
			s.ids.Next(), id, v.ID, title, string(state), MaxNeeds, maxProposed)
		if err == nil && n == 0 {
			err = &instance.Invalid{Field: "point", Code: "too-many-points"}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("propose a point to meeting %s: %w", id, err)
	}
	return nil
}

// Settle takes a point onto the agenda, last, or declines it with a reason that all
// members read. It returns [instance.ErrForbidden] for who does not look after the
// group, and [instance.ErrNotFound] for a point there is not.
func (s *Service) Settle(ctx context.Context, v instance.Viewer, id instance.PostID, point instance.ID, take bool, reason string) error {
	state := instance.PointTaken
	var err error
	if !take {
		state = instance.PointDeclined
		if reason, err = line("reason", reason, MaxReason); err != nil {
			return err
		}
	} else {
		reason = ""
	}
	if _, err := s.tended(ctx, v, id); err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE agenda_points
			   SET reason = $4, state = CAST($3 AS TEXT),
			       place = CASE WHEN state = $3 THEN place ELSE (SELECT MAX(x.place) + 1 FROM agenda_points x WHERE x.post_id = $2) END
			 WHERE id = $1 AND post_id = $2`, point, id, string(state), reason)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("settle point %s of meeting %s: %w", point, id, err)
	}
	return nil
}

// Move puts a point before the one above it, or after the one below; the first one
// stays first and the last one last. Who may is as for [Service.Settle].
func (s *Service) Move(ctx context.Context, v instance.Viewer, id instance.PostID, point instance.ID, up bool) error {
	if _, err := s.tended(ctx, v, id); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		list, err := points(ctx, tx, id)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(p instance.AgendaPoint) bool { return p.ID == point && p.State == instance.PointTaken })
		if at < 0 {
			return instance.ErrNotFound
		}
		other := at + 1
		if up {
			other = at - 1
		}
		if other < 0 || other == len(list) || list[other].State != instance.PointTaken {
			return nil
		}
		list[at], list[other] = list[other], list[at]
		rows := store.Many{Into: `agenda_points (id, post_id, title, state, place)`, After: `ON CONFLICT (id) DO UPDATE SET place = excluded.place`}
		for i, p := range list {
			if err := rows.Add(ctx, tx, p.ID, id, p.Title, string(p.State), i+1); err != nil {
				return err
			}
		}
		return rows.End(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("move point %s of meeting %s: %w", point, id, err)
	}
	return nil
}
