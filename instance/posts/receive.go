package posts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// ReceiveIn keeps a post that came from another server, once that server was
// shown to be its author's. A post that is known already is left as it is;
// one whose deletion came first stays out (R09), and so does an answer to a notice of ours. What was waiting for it in
// its thread is joined to it. activity is the Create it came in, or the object
// itself where it came in none.
func (s *Service) ReceiveIn(ctx context.Context, tx store.Tx, p *instance.Post, activity string) error {
	if known, err := s.known(ctx, tx, p.URI); err != nil || known {
		return err
	}
	p.Local = false
	if p.ReplyToURI != "" {
		if unwanted, err := s.join(ctx, tx, p); err != nil || unwanted {
			return err
		}
		if err := s.hold(ctx, tx, p); err != nil {
			return err
		}
	}
	for salt := range maxSalts {
		p.ID = instance.PostID(s.ids.AnswerAt(p.PublishedAt, p.URI, salt, instance.ID(p.ReplyTo)))
		if p.ReplyTo == 0 {
			p.Thread = p.ID
		}
		err := s.insert(ctx, tx, p, activity)
		if errors.Is(err, errNoID) {
			continue
		}
		if err != nil {
			return fmt.Errorf("receive post %s: %w", p.URI, err)
		}
		if err := s.received(ctx, tx, p, activity); err != nil {
			return fmt.Errorf("receive post %s: %w", p.URI, err)
		}
		return nil
	}
	return fmt.Errorf("receive post %s: %w", p.URI, errNoID)
}

// known tells whether a post is here, or was deleted before it came.
func (s *Service) known(ctx context.Context, tx store.Tx, uri string) (bool, error) {
	var known bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM posts WHERE uri = $1) OR EXISTS (SELECT 1 FROM tombstones WHERE uri = $1)`, uri).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("look for post %s: %w", uri, err)
	}
	return known, nil
}

// join puts a reply into the thread of what it answers, if we hold that. It is
// unwanted where nobody answers in the open.
func (s *Service) join(ctx context.Context, tx store.Tx, p *instance.Post) (unwanted bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT q.id, q.thread_id, q.local AND q.kind = 'notice' FROM posts q WHERE q.uri = $1`, p.ReplyToURI).Scan(&p.ReplyTo, &p.Thread, &unwanted)
	if errors.Is(err, store.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("join %s to its thread: %w", p.URI, err)
	}
	return unwanted, nil
}

// received writes a post's pictures, joins the replies that came before it,
// and tells of it.
func (s *Service) received(ctx context.Context, tx store.Tx, p *instance.Post, activity string) error {
	if err := s.addRemotePictures(ctx, tx, p); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE posts
		   SET reply_to_id = $1
		 WHERE reply_to_uri = $2 AND reply_to_uri <> '' AND reply_to_id IS NULL`, p.ID, p.URI)
	if err != nil {
		return err
	}
	var joined []instance.PostID
	if n > 0 {
		// Each of them headed a thread of its own until now. Who had enough of
		// that has enough of the whole.
		_, err := tx.Exec(ctx, `
			INSERT INTO muted_threads (actor_id, thread_id)
			SELECT DISTINCT m.actor_id, CAST($1 AS BIGINT)
			  FROM muted_threads m
			 WHERE m.thread_id IN (SELECT id FROM posts WHERE reply_to_id = $2 AND thread_id = id)
			ON CONFLICT DO NOTHING`, p.Thread, p.ID)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			UPDATE posts
			   SET thread_id = $1
			 WHERE thread_id IN (SELECT id FROM posts WHERE reply_to_id = $2 AND thread_id = id)
			RETURNING id`, p.Thread, p.ID)
		if err != nil {
			return err
		}
		if joined, err = readIDs(rows); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE posts SET replies_count = replies_count + $2 WHERE id = $1`, p.ID, n); err != nil {
			return err
		}
	}
	kind := instance.Posted
	if p.Waits() {
		kind = instance.ReplyWaits
	}
	if err := s.tell(ctx, tx, instance.Deed{Kind: kind, Actor: p.Author, Post: p, ID: instance.ID(p.ID), Origin: from(activity)}); err != nil {
		return err
	}
	return s.holdJoined(ctx, tx, p, joined)
}

func (s *Service) addRemotePictures(ctx context.Context, tx store.Tx, p *instance.Post) error {
	for i := range p.Pictures {
		m := &p.Pictures[i]
		m.ID = s.ids.Next()
		_, err := tx.Exec(ctx, `
			INSERT INTO media (id, owner_id, post_id, position, media_type, remote_url, width, height, blurhash, description, focus_x, focus_y, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			m.ID, p.Author.ID, p.ID, i, m.Type, m.RemoteURL, m.Width, m.Height, m.Blurhash, m.Description, m.FocusX, m.FocusY, store.Millis(s.now()))
		if err != nil {
			return err
		}
	}
	return nil
}

// ReviseIn takes over how a post of another server reads now. An older or
// equal state than the one we hold changes nothing (R10) but what a poll counts.
func (s *Service) ReviseIn(ctx context.Context, tx store.Tx, held, now *instance.Post, activity string) error {
	if held.Gone() {
		return nil
	}
	if !now.EditedAt.After(latest(held)) {
		return s.RecountIn(ctx, tx, held, now.Poll, activity)
	}
	stood := !held.Waits()
	if stood {
		// Trust in a reply is no trust in what becomes of it (security.md I04).
		if err := s.hold(ctx, tx, held); err != nil {
			return err
		}
	}
	if held.Waits() { // what is let through is what it says then
		if _, err := tx.Exec(ctx, `UPDATE posts SET document = $2 WHERE id = $1`, held.ID, activity); err != nil {
			return err
		}
	}
	said := held.Title != now.Title || held.Content != now.Content || held.Warning != now.Warning || len(held.Pictures) != len(now.Pictures)
	if stood && (said || now.Proposal == nil) {
		if err := s.keepEdit(ctx, tx, held); err != nil {
			return err
		}
	}
	held.EditedAt = now.EditedAt
	held.Title, held.Content, held.Warning, held.Sensitive, held.Language = now.Title, now.Content, now.Warning, now.Sensitive, now.Language
	held.Mentions, held.Tags = now.Mentions, now.Tags
	if err := s.update(ctx, tx, held); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM media WHERE post_id = $1`, held.ID); err != nil {
		return err
	}
	held.Pictures = now.Pictures
	if err := s.addRemotePictures(ctx, tx, held); err != nil {
		return err
	}
	if err := s.revisePoll(ctx, tx, held, now.Poll); err != nil {
		return err
	}
	if err := reviseProposal(ctx, tx, held, now.Proposal); err != nil {
		return err
	}
	if err := reviseEvent(ctx, tx, held, now.Event); err != nil {
		return err
	}
	if held.Waits() && stood {
		return s.takeBack(ctx, tx, held)
	}
	if held.Waits() {
		return nil
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.Edited, Actor: held.Author, Post: held, ID: s.ids.Next(), Origin: from(activity)})
}

// from is the origin of what came as an activity.
func from(activity string) instance.Origin {
	return instance.Origin{Remote: true, Activity: activity}
}

// textList is a list of texts as it is kept in a row.
func textList(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "[]" // strings always marshal
	}
	return string(b)
}
