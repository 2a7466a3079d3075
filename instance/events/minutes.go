package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Limits of what minutes say of one point, in characters.
const (
	MaxSaid     = 5000
	MaxDecision = 1000
)

// content is what a version of minutes says, as it is kept.
type content struct {
	Title  string                  `json:"title"`
	Starts time.Time               `json:"starts"`
	Points []instance.MinutedPoint `json:"points"`
}

// Write keeps what was said and decided of the points of a meeting, for those who
// look after its group until it is published; points that are not on the agenda are
// passed over. It returns an [instance.Invalid] for what is too long.
func (s *Service) Write(ctx context.Context, v instance.Viewer, id instance.PostID, written map[instance.ID]instance.MinutedPoint) error {
	if _, err := s.tended(ctx, v, id); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		list, err := points(ctx, tx, id)
		if err != nil {
			return err
		}
		rows := store.Many{
			Into: `agenda_points (id, post_id, title, state, said, decision)`, After: `ON CONFLICT (id) DO UPDATE SET said = excluded.said, decision = excluded.decision`,
		}
		for _, p := range list {
			w, ok := written[p.ID]
			if !ok || p.State != instance.PointTaken {
				continue
			}
			if w.Said, err = paragraph(w.Said, MaxSaid); err != nil {
				return err
			}
			if w.Decision, err = paragraph(w.Decision, MaxDecision); err != nil {
				return err
			}
			if err := rows.Add(ctx, tx, p.ID, id, p.Title, string(p.State), w.Said, w.Decision); err != nil {
				return err
			}
		}
		return rows.End(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("write minutes of meeting %s: %w", id, err)
	}
	return nil
}

// paragraph is what somebody wrote of a point, and an [instance.Invalid] if it cannot
// be.
func paragraph(text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case utf8.RuneCountInString(text) > most:
		return "", &instance.Invalid{Field: "minutes", Code: "too-long", Limit: most}
	case !utf8.ValidString(text):
		return "", &instance.Invalid{Field: "minutes", Code: "malformed"}
	}
	return text, nil
}

// Publication is how minutes are published.
type Publication struct {
	Version  int               // they are to be: one more than there are
	Audience instance.Audience // of the first version: [instance.ToNeighbourhood] for members, or [instance.ToPublic]
	Reason   string            // what later ones put right
}

// PublishMinutes makes what was written of a meeting its minutes, as they are now.
// The first version is said in the group, to its members or to everyone; a later one
// keeps to whom and says why, and those before stay to be read. It returns an
// [instance.Invalid] before the meeting began, where nothing is written, and without
// the reason that a later version needs; [instance.ErrConflict] if there is such a
// version already, and [instance.ErrForbidden] for who does not look after the group.
func (s *Service) PublishMinutes(ctx context.Context, v instance.Viewer, id instance.PostID, p Publication) error {
	meeting, err := s.tended(ctx, v, id)
	if err != nil {
		return err
	}
	switch {
	case meeting.Event.Starts.After(s.now()):
		return &instance.Invalid{Field: "minutes", Code: "not-yet"}
	case p.Version > 1:
		if p.Reason, err = line("reason", p.Reason, MaxReason); err != nil {
			return err
		}
	case p.Audience != instance.ToNeighbourhood && p.Audience != instance.ToPublic:
		return &instance.Invalid{Field: "audience", Code: "unknown"}
	default:
		p.Reason = ""
	}
	keep := func(ctx context.Context, tx store.Tx, _ *instance.Post) error {
		return s.keepMinutes(ctx, tx, v.ID, meeting, p)
	}
	if p.Version > 1 {
		err = s.db.InTx(ctx, func(tx store.Tx) error { return keep(ctx, tx, nil) })
	} else {
		_, err = s.posts.PublishWith(ctx, instance.Viewer{ID: meeting.Group.ID}, instance.Draft{
			Title: s.say(meeting.Language, "minutes.title", "Title", meeting.Title), Text: s.site.EventPage(id) + "/minutes", Language: meeting.Language,
			Audience: p.Audience, Group: meeting.Group.ID,
		}, keep)
	}
	if err != nil {
		return fmt.Errorf("publish minutes of meeting %s: %w", id, err)
	}
	return nil
}

func (s *Service) keepMinutes(ctx context.Context, tx store.Tx, by instance.ActorID, meeting *instance.Post, p Publication) error {
	list, err := points(ctx, tx, meeting.ID)
	if err != nil {
		return err
	}
	c, words := content{Title: meeting.Title, Starts: meeting.Event.Starts}, 0
	for _, point := range list {
		if point.State == instance.PointTaken {
			c.Points = append(c.Points, instance.MinutedPoint{Title: point.Title, Said: point.Said, Decision: point.Decision})
			words += len(point.Said) + len(point.Decision)
		}
	}
	if words == 0 {
		return &instance.Invalid{Field: "minutes", Code: "empty"}
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO minutes (post_id, version, by_id, at, audience, reason, content)
		SELECT CAST($1 AS BIGINT), CAST($2 AS INTEGER), CAST($3 AS BIGINT), CAST($4 AS BIGINT),
		       COALESCE((SELECT m.audience FROM minutes m WHERE m.post_id = $1 AND m.version = 1), CAST($5 AS TEXT)), CAST($6 AS TEXT), CAST($7 AS TEXT)
		 WHERE (SELECT COALESCE(MAX(m.version), 0) FROM minutes m WHERE m.post_id = $1) = $2 - 1
		ON CONFLICT DO NOTHING`, meeting.ID, p.Version, by, store.Millis(s.now()), string(p.Audience), p.Reason, string(text))
	if err == nil && n == 0 {
		err = instance.ErrConflict
	}
	return err
}

// Minutes returns the minutes of a meeting in a version, 0 for the last one: to
// everyone if that is for whom they were published, else to those who take part in
// the group. It returns [instance.ErrNotFound] where there is nothing to read.
func (s *Service) Minutes(ctx context.Context, v instance.Viewer, id instance.PostID, version int) (*instance.Minutes, error) {
	m, err := s.minutes(ctx, v, id, version)
	if err != nil {
		return nil, fmt.Errorf("minutes of meeting %s: %w", id, err)
	}
	return m, nil
}

func (s *Service) minutes(ctx context.Context, v instance.Viewer, id instance.PostID, version int) (*instance.Minutes, error) {
	tx := s.db.Read()
	m := &instance.Minutes{Meeting: id}
	var group instance.ActorID
	var text string
	err := tx.QueryRow(ctx, `
		SELECT p.group_id, m.version, m.audience, m.content
		  FROM minutes m JOIN posts p ON p.id = m.post_id
		 WHERE m.post_id = $1 AND ($2 = 0 OR m.version = $2) AND p.deleted_at IS NULL AND p.removed_at IS NULL
		 ORDER BY m.version DESC
		 LIMIT 1`, id, version).Scan(&group, &m.Version, &m.Audience, &text)
	if errors.Is(err, store.ErrNoRows) {
		return nil, instance.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if m.Audience != instance.ToPublic && (v.ID == 0 || !v.Reads(instance.ToNeighbourhood, group)) {
		return nil, instance.ErrNotFound
	}
	if m.Group, err = actors.ByID(ctx, tx, group); err != nil {
		return nil, err
	}
	if m.Group.Gone() {
		return nil, instance.ErrNotFound
	}
	var c content
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return nil, err
	}
	m.Title, m.Starts, m.Points = c.Title, c.Starts, c.Points
	m.Versions, err = s.versions(ctx, id)
	return m, err
}

func (s *Service) versions(ctx context.Context, id instance.PostID) ([]instance.MinutesVersion, error) {
	rows, err := s.db.Read().Query(ctx, `SELECT version, at, reason FROM minutes WHERE post_id = $1 ORDER BY version`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []instance.MinutesVersion
	for rows.Next() {
		var v instance.MinutesVersion
		var at int64
		if err := rows.Scan(&v.Version, &at, &v.Reason); err != nil {
			return nil, err
		}
		v.At = store.Time(at)
		list = append(list, v)
	}
	return list, rows.Err()
}
