package mastodon

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/mastodon/entity"
	"palier/instance/timelines"
)

func (s *Server) scheduledRoutes(r chi.Router) {
	s.person(r, http.MethodGet, "/v1/scheduled_statuses", "read:statuses", s.getScheduled)
	s.person(r, http.MethodGet, "/v1/scheduled_statuses/{id}", "read:statuses", s.getOneScheduled)
	s.person(r, http.MethodPut, "/v1/scheduled_statuses/{id}", "write:statuses", s.reschedule)
	s.person(r, http.MethodDelete, "/v1/scheduled_statuses/{id}", "write:statuses", s.unschedule)
}

// forms are how programs write a moment.
var forms = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05 MST"}

// scheduledAt is when a post is to be published, the zero time for at once. A
// moment that has passed is at once too.
func (s *Server) scheduledAt(c *call) (time.Time, error) {
	text := c.Text("scheduled_at")
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range forms {
		at, err := time.Parse(form, text)
		if err != nil {
			continue
		}
		if !at.After(s.Now()) {
			return time.Time{}, nil
		}
		return at, nil
	}
	return time.Time{}, &instance.Invalid{Field: "scheduled_at", Code: "malformed"}
}

// schedule has a post published later, and answers with what waits.
func (s *Server) schedule(w http.ResponseWriter, r *http.Request, c *call, d instance.Draft, at time.Time) error {
	k, err := s.Posts.Schedule(r.Context(), c.viewer, d, at)
	if err != nil {
		return err
	}
	return reply(w, s.scheduled(*k))
}

// getScheduled lists what somebody has published later, the latest first.
func (s *Server) getScheduled(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.page(20, 40)
	if err != nil {
		return err
	}
	all, err := s.Posts.Scheduled(r.Context(), c.me())
	if err != nil {
		return err
	}
	list, more := window(all, page)
	shown := make([]entity.ScheduledStatus, len(list))
	for i, k := range list {
		shown[i] = s.scheduled(k)
	}
	if len(list) > 0 {
		s.link(w, r, list[0].ID, list[len(list)-1].ID, more)
	}
	return reply(w, shown)
}

// window is the part of all, the latest first, that a page asks for, and whether
// there is more behind it.
func window(all []instance.Scheduled, page timelines.Page) (list []instance.Scheduled, more bool) {
	for _, k := range all {
		if (page.Before == 0 || k.ID < page.Before) && k.ID > max(page.Since, page.After) {
			list = append(list, k)
		}
	}
	if len(list) > page.Limit && page.After != 0 { // next to where one was
		list = list[len(list)-page.Limit:]
	}
	list = list[:min(len(list), page.Limit)]
	if len(list) == 0 {
		return nil, false
	}
	last := list[len(list)-1].ID
	return list, slices.ContainsFunc(all, func(k instance.Scheduled) bool { return k.ID < last })
}

func (s *Server) getOneScheduled(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	k, err := s.Posts.ScheduledByID(r.Context(), c.me(), id)
	if err != nil {
		return err
	}
	return reply(w, s.scheduled(*k))
}

// reschedule moves a post to another time.
func (s *Server) reschedule(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if c.Text("scheduled_at") == "" {
		return &instance.Invalid{Field: "scheduled_at", Code: "missing"}
	}
	at, err := s.scheduledAt(c)
	if err != nil {
		return err
	}
	k, err := s.Posts.Reschedule(r.Context(), c.me(), id, at)
	if err != nil {
		return err
	}
	return reply(w, s.scheduled(*k))
}

func (s *Server) unschedule(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := s.Posts.Unschedule(r.Context(), c.me(), id); err != nil {
		return fmt.Errorf("unschedule %s: %w", id, err)
	}
	return reply(w, struct{}{})
}

// scheduled shows a post that is to be published later.
func (s *Server) scheduled(k instance.Scheduled) entity.ScheduledStatus {
	d := k.Draft
	shown := entity.ScheduledStatus{
		ID: entity.ID(k.ID), ScheduledAt: entity.Time(k.At), MediaAttachments: make([]entity.MediaAttachment, len(k.Pictures)),
		Params: entity.ScheduledParams{
			Text: d.Text, Sensitive: d.Sensitive || d.Warning != "", Visibility: visibility(d.Audience), MediaIDs: make([]entity.ID, len(d.Pictures)),
		},
	}
	if d.Warning != "" {
		shown.Params.SpoilerText = &d.Warning
	}
	if d.Language != "" {
		shown.Params.Language = &d.Language
	}
	if d.ReplyTo != 0 {
		id := entity.ID(d.ReplyTo)
		shown.Params.InReplyToID = &id
	}
	if q := d.Poll; q != nil {
		shown.Params.Poll = &entity.ScheduledPoll{
			Options: q.Options, ExpiresIn: int(q.Lasts / time.Second), Multiple: q.Multiple, HideTotals: q.HideTotals,
		}
	}
	for i, id := range d.Pictures {
		shown.Params.MediaIDs[i] = entity.ID(id)
	}
	for i, m := range k.Pictures {
		shown.MediaAttachments[i] = s.picture(m, nil)
	}
	return shown
}
