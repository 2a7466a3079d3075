package events

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/mail"
	"palier/instance/store"
	"palier/instance/writing"
)

// concern tells people of this server of something about an event.
func (s *Service) concern(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error {
	if s.notify == nil || len(whom) == 0 {
		return nil
	}
	return s.notify(ctx, tx, kind, from, post, whom)
}

// writeGuests writes to those who gave no more than a mail address.
func (s *Service) writeGuests(ctx context.Context, tx store.Tx, guests []instance.RSVP, p *instance.Post, kind string) error {
	for _, r := range guests {
		if r.Email == "" {
			continue
		}
		if err := s.write(ctx, tx, r, p, kind, ""); err != nil {
			return err
		}
	}
	return nil
}

// write writes one letter about an event to a guest. What they may do with it
// stands behind the link.
func (s *Service) write(ctx context.Context, tx store.Tx, r instance.RSVP, p *instance.Post, kind, link string, attached ...mail.Attachment) error {
	if s.mail == nil || s.say == nil {
		return nil
	}
	if link == "" {
		link = p.URL
	}
	say := func(part string) string {
		return s.say(r.Language, "letter."+kind+"."+part, "Title", oneLine(p.Title), "When", writing.Occasion(p.Event, r.Language), "Link", link, "Name", oneLine(r.Name), "Server", s.title)
	}
	l := mail.Letter{To: r.Email, Subject: firstRunes(say("subject"), maxSubject), Text: say("text"), Kind: "event", Attached: attached}
	if err := s.mail.Send(ctx, tx, l); err != nil {
		return fmt.Errorf("write to a guest of event %s: %w", p.ID, err)
	}
	return nil
}

const maxSubject = 120

// oneLine is what somebody typed as it can stand in a header.
func oneLine(s string) string { return writing.CleanLine(s, instance.MaxTitle) }
