package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/notifications"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/instance/writing"
)

// excerptLength is how much of a post a notice repeats.
const excerptLength = 140

// getNotifications lists what concerns the one who reads.
func (s *Server) getNotifications(w http.ResponseWriter, r *http.Request) error {
	before := idIn(r, "before")
	list, err := s.Notifications.List(r.Context(), visitOf(r).viewer, notifications.Query{Before: before, Limit: perPage})
	if err != nil {
		return err
	}
	var p pages.Notifications
	if p.Notices, err = s.siftedNotices(r.Context(), list, visitOf(r)); err != nil {
		return err
	}
	if before != 0 {
		p.Pager.Newer = "/notifications"
	}
	if len(list) == perPage {
		p.Pager.Older = "/notifications?before=" + list[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, "notifications"); err != nil {
		return err
	}
	p.Unread = p.Viewer.Unread > 0
	return s.HTML(w, r, http.StatusOK, p)
}

// siftedNotices are notices as v sees them, without those about what a filter of
// theirs hides; of what one warns of, they say its title.
func (s *Server) siftedNotices(ctx context.Context, list []notifications.Notice, v *visit) ([]view.Notice, error) {
	about := make([]*instance.Post, len(list))
	for i, n := range list {
		if about[i] = n.Post; n.Post == nil {
			about[i] = &instance.Post{}
		}
	}
	folds, err := s.folds(ctx, v, instance.InNotifications, about)
	if err != nil {
		return nil, err
	}
	var notices []view.Notice
	for i, n := range list {
		if folds[i].hidden {
			continue
		}
		shown := noticeView(s.Site, n)
		if folds[i].title != "" {
			shown.Excerpt = folds[i].title
		}
		notices = append(notices, shown)
	}
	return notices, nil
}

// aboutHomes are the notices about where one lives.
var aboutHomes = []notifications.Kind{notifications.HomeProved, notifications.HomeInDoubt, notifications.HomeLost}

// noticeView is a notice with where it leads.
func noticeView(site instance.Site, n notifications.Notice) view.Notice {
	from := personView(site, n.From)
	shown := view.Notice{ID: n.ID.String(), Kind: string(n.Kind), From: from, At: n.ID.Time(), Unread: !n.Read, Path: from.Path}
	switch {
	case n.Kind == notifications.Request:
		shown.Path = "/requests"
	case slices.Contains(aboutHomes, n.Kind):
		shown.Path = "/prove"
	case n.Kind == notifications.InformantLeft:
		shown.Path = informantsPath(n.From) + "#left"
	case strings.HasPrefix(shown.Kind, "informant-") && n.Post == nil:
		shown.Path = "/informants"
	case n.Kind == notifications.DeskWaits:
		shown.Path = programmePath(n.From.ID) + "/today"
	case n.Kind == notifications.HostTonight:
		shown.Path = "/hosting"
	case n.Kind == notifications.EscortWaits:
		shown.Path = "/escort"
	case strings.HasPrefix(shown.Kind, "space-"):
		shown.Path = "/g/" + n.From.Username + "/space#" + strings.TrimPrefix(shown.Kind, "space-")
	case strings.HasPrefix(shown.Kind, "campaign-"), n.Kind == notifications.WeatherWarning:
		shown.Path = "/g/" + n.From.Username + "/campaigns"
	case strings.HasPrefix(shown.Kind, "question-"):
		shown.Path = from.Path + "/questions"
	case n.Kind == notifications.CareInvited, n.Kind == notifications.CareHandedOn:
		shown.Path = "/care"
	case n.Kind == notifications.HousingDropped, n.Kind == notifications.HousingTaken:
		shown.Path = "/programmes/" + n.From.ID.String() + "/holds"
	case n.Kind == notifications.HousingMoved:
		shown.Path = "/programmes/" + n.From.ID.String() + "/homes"
	case strings.HasPrefix(shown.Kind, "care-"):
		shown.Path = "/care/calls"
	case strings.HasPrefix(shown.Kind, "help-"):
		shown.Path = "/help"
		if n.Kind == notifications.HelpAsk || n.Kind == notifications.HelpYes {
			shown.Path = "/help/neighbours"
		}
	case n.Post != nil:
		shown.Path, shown.Language = postPath(n.Post), n.Post.Language
		shown.Excerpt = excerpt(n.Post)
		shown.Path = cmp.Or(togetherPath(n.Post, shown.Kind), shown.Path)
	}
	return shown
}

func excerpt(p *instance.Post) string {
	switch {
	case p.Warning != "":
		return p.Warning
	case p.Title != "":
		return p.Title
	}
	return writing.Plain(p.Content, excerptLength)
}

// readNotifications notes that everything until now was seen.
func (s *Server) readNotifications(w http.ResponseWriter, r *http.Request) error {
	now := instance.ID(s.Now().UnixMilli()+1) << 16
	if err := s.Notifications.MarkRead(r.Context(), me(r).ID, now); err != nil {
		return err
	}
	SeeOther(w, r, "/notifications")
	return nil
}
